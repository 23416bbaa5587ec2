// Package telling is what people are told in the portal of what the organization gives
// them (お知らせ). It knows no more of the organization than its tables.
package telling
