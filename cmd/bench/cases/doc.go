// Package cases measures the lists of cases of violations, and from when on a suspension holds.
package cases
