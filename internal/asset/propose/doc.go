// Package propose is what 台帳担当者 prepare of a section's register, and what its
// 情報セキュリティ管理者 makes of it: drafts of new assets, and proposals to change those that
// are registered. Each is confirmed, and is then as if the 管理者 had written it, or sent
// back with words. Nobody confirms what they have drafted themselves.
package propose
