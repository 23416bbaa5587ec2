package procedure

// What is what is read of a case.
type What string

// What is read.
const (
	AsCase   What = "case"
	AsPaper  What = "paper" // a file of it
	AsPrint  What = "print"
	AsExport What = "export"
	AsNames  What = "names" // 監査 opens the names
)

// Title is what the reading is called.
func (w What) Title() string {
	switch w {
	case AsCase:
		return "画面を見た"
	case AsPaper:
		return "添付を見た"
	case AsPrint:
		return "印刷した"
	case AsExport:
		return "書き出した"
	case AsNames:
		return "氏名を開いた"
	}
	return ""
}
