// Package component holds the parts that pages are put together from.
package component
