// Package keeper is who keeps a section's register of information assets (台帳担当者):
// people of the section whom its 情報セキュリティ管理者 names from a day on. It ends when it
// is taken back, or by itself when they leave the section.
package keeper
