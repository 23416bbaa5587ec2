package address

// Disposals is the list of disposals.
const Disposals = "/disposals"

// Disposal is a disposal, by its code.
func Disposal(code string) string { return under(Disposals, code) }

// DisposalStep is where a step of it is taken: record, confirm, send_back, withdraw.
func DisposalStep(code, step string) string { return under(Disposal(code), step) }

// DisposalFiles is where its certificates and pictures are attached.
func DisposalFiles(code string) string { return under(Disposal(code), "files") }

// DisposalFile is one of them, by its number.
func DisposalFile(code string, n int) string { return under(DisposalFiles(code), number(n)) }

// DisposalFileShown is that file to be looked at in the browser.
func DisposalFileShown(code string, n int) string { return With(DisposalFile(code, n), "show", "1") }

// AssetDispose is where it is asked to dispose of an asset, by its 管理番号.
func AssetDispose(code string) string { return under(Asset(code), "dispose") }
