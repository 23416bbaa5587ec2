// Package text is the bench of what needs no portal: policy texts read and compared.
package text
