package textfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/fault"
)

// What a PDF may take at most: beyond it is TooLarge.
const (
	maxPDFTime   = time.Minute
	maxPDFPages  = 3000
	maxPDFMemory = 4096 // blocks of 64 kB: 256 MB
)

// pdfReader reads PDFs by PDFium, the library in the Chromium browser. It knows
// the character sets of Japanese fonts, and finds lines by where the letters
// stand on the page. It is large and written in C++, so it runs as WebAssembly:
// a foreign file is read in memory of its own that is thrown away afterwards,
// without files or network, and a fault in it ends the reading and not the
// portal.
type pdfReader struct {
	// one PDF at a time, for the memory that it takes
	sync.Mutex
	// compiled holds the library made ready, which takes some seconds once.
	compiled wazero.CompilationCache
}

func (p *pdfReader) text(raw []byte) (string, error) {
	p.Lock()
	defer p.Unlock()
	if p.compiled == nil {
		p.compiled = wazero.NewCompilationCache()
	}
	ctx, cancel := context.WithTimeout(context.Background(), maxPDFTime)
	defer cancel()
	text, err := readPDF(ctx, p.compiled, raw)
	if err != nil && ctx.Err() != nil {
		return "", errPDFTakesLong(err)
	}
	return text, err
}

// Sentences with the way that is left.
const pasteInstead = "文字を選んでコピーできる PDF なら、コピーして「本文を貼り付ける」に貼り付けてください。"

func errPDFTakesLong(err error) error {
	return fault.Wrap(err, fault.TooLarge, "PDF が大きいか複雑なため、読みきれませんでした。"+pasteInstead)
}

func errDamagedPDF(err error) error {
	return fault.Wrap(err, fault.Invalid, "PDF が壊れているため、読めません。もとのファイルから PDF を作り直して、選んでください。")
}

// readPDF reads the pages of a PDF, one after the other.
func readPDF(ctx context.Context, compiled wazero.CompilationCache, raw []byte) (string, error) {
	pool, err := webassembly.Init(webassembly.Config{
		Context: ctx, MaxTotal: 1, FSConfig: wazero.NewFSConfig(), Stdout: io.Discard, Stderr: io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfig().
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithCompilationCache(compiled).WithCloseOnContextDone(true).WithMemoryLimitPages(maxPDFMemory),
	})
	if err != nil {
		return "", fmt.Errorf("starting the reader of PDFs: %w", err)
	}
	defer pool.Close() //nolint:errcheck // nothing is left in it
	library, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return "", fmt.Errorf("starting the reader of PDFs: %w", err)
	}
	loaded, err := library.OpenDocument(&requests.OpenDocument{File: &raw})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return "", fault.Wrap(err, fault.Unsupported, "パスワードなどで保護された PDF は読めません。保護を外して保存し直した PDF を選んでください。")
	case err != nil:
		return "", errDamagedPDF(err)
	}
	d := document{library, loaded.Document}
	return d.text()
}

// document is a PDF that is read.
type document struct {
	pdfium.Pdfium
	handle references.FPDF_DOCUMENT
}

func (d document) text() (string, error) {
	count, err := d.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.handle})
	if err != nil {
		return "", errDamagedPDF(err)
	}
	if count.PageCount > maxPDFPages {
		return "", errPDFTakesLong(nil)
	}
	var b strings.Builder
	var pictures []string // pages that are a picture without letters
	for i := range count.PageCount {
		text, picture, err := d.page(i)
		if err != nil {
			return "", err
		}
		if picture {
			pictures = append(pictures, fmt.Sprint(i+1))
		}
		if b.Len()+len(text) > MaxSize {
			return "", errTooLarge()
		}
		// No blank line between pages: a sentence may go on over the edge.
		b.WriteString(text)
	}
	switch {
	case strings.TrimSpace(b.String()) == "":
		return "", fault.New(fault.Unsupported, "文字の入っていない（画像だけの）PDF です。Word などの、もとのファイルを選ぶか、もとのファイルから作った PDF を選んでください。紙しかないときは、文字を入力したテキストファイルを作ってください。")
	case len(pictures) > 0:
		return "", fault.New(fault.Unsupported, fmt.Sprintf("PDF の%sページ目は画像で、文字が入っていません。本文が抜けるため、読みませんでした。もとのファイルから PDF を作り直すか、ほかのページの文字をコピーして「本文を貼り付ける」に貼り付け、そのページを書き足してください。", strings.Join(pictures[:min(len(pictures), 10)], "・")))
	}
	return b.String(), nil
}

// page reads a page, from 0. picture says that it has no letters but a picture.
func (d document) page(number int) (text string, picture bool, err error) {
	loaded, err := d.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: d.handle, Index: number})
	if err != nil {
		return "", false, errDamagedPDF(err)
	}
	defer d.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page}) //nolint:errcheck // the whole library is closed after
	page := requests.Page{ByReference: &loaded.Page}
	text, unknown, err := d.letters(page)
	if err != nil {
		return "", false, errDamagedPDF(err)
	}
	if unknown {
		return "", false, fault.New(fault.Unsupported, fmt.Sprintf("PDF の%dページ目に、どの文字か分からない文字があります（文字の情報のないフォントで作られています）。Word などの、もとのファイルを選んでください。", number+1))
	}
	if strings.TrimSpace(text) == "" {
		picture, err = d.hasPicture(page)
		if err != nil {
			return "", false, errDamagedPDF(err)
		}
	}
	return text, picture, nil
}

// letters reads what is written on a page, a line each. unknown says that there
// are letters of which the PDF does not tell which they are.
func (d document) letters(page requests.Page) (text string, unknown bool, err error) {
	loaded, err := d.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		return "", false, err
	}
	defer d.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: loaded.TextPage}) //nolint:errcheck // the whole library is closed after
	count, err := d.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: loaded.TextPage})
	if err != nil {
		return "", false, err
	}
	units := make([]uint16, 0, count.Count)
	for i := range count.Count {
		letter, err := d.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: loaded.TextPage, Index: i})
		if err != nil {
			return "", false, err
		}
		// Where a font does not tell, PDFium gives the number of the glyph.
		guessed, err := d.FPDFText_HasUnicodeMapError(&requests.FPDFText_HasUnicodeMapError{TextPage: loaded.TextPage, Index: i})
		if err != nil {
			return "", false, err
		}
		r := rune(letter.Unicode)
		if r == 0 || guessed.HasUnicodeMapError {
			return "", true, nil
		}
		if utf16.IsSurrogate(r) { // half of a letter, the other half follows
			units = append(units, uint16(r))
			continue
		}
		units = utf16.AppendRune(units, r)
	}
	text = tidy(string(utf16.Decode(units)))
	return text, strings.ContainsRune(text, utf8.RuneError), nil
}

// radicals are written by some programs in the place of the characters that have
// the same glyph in their fonts: ⺠ for 民. Unicode folds the others of them, but
// not these.
var radicals = strings.NewReplacer("⺠", "民", "⻁", "虎", "⻄", "西", "⻆", "角", "⻑", "長", "⻘", "青", "⻝", "食",
	"⻤", "鬼", "⻩", "黄", "⻫", "斉", "⻭", "歯", "⻯", "竜", "⻲", "亀")

// tidy makes lines of a page's letters.
func tidy(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\r' || r == '\u2028' || r == '\u2029':
			b.WriteByte('\n')
		case r == 0x02 || r == 0xfffe: // PDFium's signs for a hyphen at a line's end
			b.WriteByte('-')
		case r >= 0x2e80 && r <= 0x2fd5:
			b.WriteString(norm.NFKC.String(radicals.Replace(string(r))))
		case r >= ' ' || r == '\n' || r == '\t':
			b.WriteRune(r)
		}
	}
	if s = b.String(); s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return s
}

// hasPicture tells whether there is a picture among a page's objects.
func (d document) hasPicture(page requests.Page) (bool, error) {
	count, err := d.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	if err != nil {
		return false, err
	}
	for i := range count.Count {
		object, err := d.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: i})
		if err != nil {
			return false, err
		}
		kind, err := d.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: object.PageObject})
		if err != nil {
			return false, err
		}
		// A form (group) may hold the picture of a whole scanned page.
		if kind.Type == enums.FPDF_PAGEOBJ_IMAGE || kind.Type == enums.FPDF_PAGEOBJ_FORM {
			return true, nil
		}
	}
	return false, nil
}
