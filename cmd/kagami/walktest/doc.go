// Package walktest walks the whole portal: every route as every role, and how many
// queries a page takes. It has tests only.
package walktest
