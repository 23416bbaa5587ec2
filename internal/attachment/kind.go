package attachment

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"kagami/internal/fault"
)

// Kind is what a file is for people, and how large one may be.
type Kind struct {
	Title string // 文書
	Most  int64  // bytes
	types []mediaType
}

// mediaType is a type of files, which is found out by what a file holds.
type mediaType struct {
	name       string // application/pdf
	title      string // PDF
	extensions []string
	begins     string // how a file must begin, where the library takes it from further on too
	// shown files may be looked at in the browser; all others are saved. What can
	// hold a script of ours to run, such as SVG and HTML, is no type at all.
	shown bool
	// picture files are made anew: smaller, and without what a phone adds to them.
	picture bool
}

// The kinds of files that can be attached.
var (
	Document = Kind{"文書", 20 << 20, []mediaType{
		{name: "application/pdf", title: "PDF", extensions: []string{".pdf"}, begins: "%PDF-", shown: true},
		{name: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", title: "Word（.docx）", extensions: []string{".docx"}},
		{name: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", title: "Excel（.xlsx）", extensions: []string{".xlsx"}},
		{name: "application/vnd.openxmlformats-officedocument.presentationml.presentation", title: "PowerPoint（.pptx）", extensions: []string{".pptx"}},
	}}
	Picture = Kind{"写真", 20 << 20, []mediaType{
		{name: "image/jpeg", title: "JPEG", extensions: []string{".jpg", ".jpeg"}, shown: true, picture: true},
		{name: "image/png", title: "PNG", extensions: []string{".png"}, shown: true, picture: true},
	}}
	Video = Kind{"動画", 500 << 20, []mediaType{
		{name: "video/mp4", title: "MP4", extensions: []string{".mp4", ".m4v"}, shown: true},
		{name: "video/webm", title: "WebM", extensions: []string{".webm"}, shown: true},
	}}
)

// IsShown tells whether a browser may show files of a media type: a PDF, a JPEG or
// PNG, a video. All others are saved only.
func IsShown(name string) bool {
	return slices.ContainsFunc(slices.Concat(Document.types, Picture.types, Video.types), func(t mediaType) bool { return t.name == name && t.shown })
}

// Largest is the size of the largest file that some kinds allow, in bytes.
func Largest(kinds ...Kind) int64 {
	var most int64
	for _, k := range kinds {
		most = max(most, k.Most)
	}
	return most
}

// Hint says what may be attached: 文書（PDF・Word（.docx））は20 MBまで、…
func Hint(kinds ...Kind) string {
	var list []string
	for _, k := range kinds {
		list = append(list, k.String())
	}
	return strings.Join(list, "、") + "。"
}

func (k Kind) String() string {
	var titles []string
	for _, t := range k.types {
		titles = append(titles, t.title)
	}
	return fmt.Sprintf("%s（%s）は%d MBまで", k.Title, strings.Join(titles, "・"), k.Most>>20)
}

// headSize is how much of a file's beginning its type is found out by, in bytes.
const headSize = 3072

// typeOf finds out what a file is by its beginning, among what some kinds allow.
// Unsupported for all else, TooLarge is the caller's. It goes by the library
// mimetype, which tells a .docx from any other ZIP, as net/http's own can't.
func typeOf(head []byte, kinds []Kind) (Kind, mediaType, error) {
	found := mimetype.Detect(head)
	for _, k := range kinds {
		for _, t := range k.types {
			if found.Is(t.name) && bytes.HasPrefix(head, []byte(t.begins)) {
				return k, t, nil
			}
		}
	}
	if len(head) == 0 {
		return Kind{}, mediaType{}, problem(fault.Invalid, "ファイルが空です。中身のあるファイルを選び直してください。")
	}
	return Kind{}, mediaType{}, problem(fault.Unsupported, "この種類のファイルは付けられません。付けられるのは、"+Hint(kinds...)+"名前を変えただけでは、種類は変わりません。")
}

// extension is what looks like one at the end of a name.
var extension = regexp.MustCompile(`^\.[0-9]{0,4}[A-Za-z][A-Za-z0-9]{0,4}$`)

// called is the name that a file of a type has: with the type's extension.
// Unsupported where the name says that it is another.
func (t mediaType) called(name string) (string, error) {
	switch ending := path.Ext(name); {
	case slices.Contains(t.extensions, strings.ToLower(ending)):
		return name, nil
	case extension.MatchString(ending):
		return "", problem(fault.Unsupported, fmt.Sprintf("ファイルの中身が、名前と違います。中身は %s です。%s のファイルとして保存し直してから、選んでください。", t.title, t.extensions[0]))
	}
	return Harmless(name + t.extensions[0]), nil
}

// Field is the name of the field of a form that brings a file; what is wrong with a
// file is said there.
const Field = "file"

// atFile says at the field of the file what is wrong with it, where that is said.
func atFile(err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && len(e.Problems) == 0 {
		e.Problems = []fault.Problem{{Field: Field, Message: e.Message}}
	}
	return err
}

func problem(kind fault.Kind, message string) error { return atFile(fault.New(kind, message)) }
