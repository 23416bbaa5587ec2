// Package picture makes the pictures of phones and scanners smaller, and leaves out
// what they say beside the picture: above all the place at which it was taken. It
// draws each anew from its dots, so that nothing else of the file is left.
package picture

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"golang.org/x/image/draw"

	"kagami/internal/fault"
)

const (
	// MostSide is how many dots the longer side of a picture has afterwards, at most:
	// the small print of a page of A4 can be read.
	MostSide = 2560
	// mostDots is how many a picture may have before: phones take 48 million.
	mostDots = 50_000_000
	// mostMemory is how much a picture may take while it is read, in bytes.
	mostMemory = 256 << 20
	// Deadline is how long reading one may take.
	Deadline = 30 * time.Second
	quality  = 85 // of a JPEG, of 100
	// sip is how much the reader of pictures gets at once, in bytes. Few bytes can
	// make it work for long, and it can only be stopped between two sips.
	sip = 128
)

// Shrink reads a picture of a media type, image/jpeg or image/png, and writes it anew:
// upright, with no side longer than MostSide, and nothing but the picture. TooLarge
// for one with too many dots, which is found out before any is read, or that takes
// longer than Deadline; Invalid for one that is damaged. What in or out fail with
// comes back as it is.
func Shrink(ctx context.Context, in io.Reader, out io.Writer, mediaType string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, Deadline, errDeadline)
	defer cancel()
	source := &source{ctx: ctx, in: in}
	said, err := examine(source, mediaType)
	if err != nil {
		return source.explain(err)
	}
	if err := said.check(); err != nil {
		return err
	}
	decode := png.Decode
	if mediaType == "image/jpeg" {
		decode = jpeg.Decode
	}
	picture, err := decode(said.whole)
	if err != nil {
		return source.explain(err)
	}
	if size := picture.Bounds().Size(); size.X != said.Width || size.Y != said.Height {
		return errDamaged(fmt.Errorf("a picture of %v that said %d × %d", size, said.Width, said.Height))
	}
	picture = upright(smaller(picture), said.turn)
	if err := ctx.Err(); err != nil {
		return source.explain(err)
	}
	if mediaType == "image/jpeg" {
		return jpeg.Encode(out, picture, &jpeg.Options{Quality: quality})
	}
	return png.Encode(out, picture)
}

// check tells whether a picture can be read in bounds, by what it says of itself.
func (s said) check() error {
	dots := int64(s.Width) * int64(s.Height)
	switch {
	case s.Width < 1 || s.Height < 1:
		return errDamaged(fmt.Errorf("a picture of %d × %d", s.Width, s.Height))
	case dots > mostDots || dots*s.bytesPerDot() > mostMemory:
		return fault.New(fault.TooLarge, fmt.Sprintf("写真の画素が多すぎます（%d × %d、%d万画素）。%d万画素までにしてください。写真のアプリで小さくしてから、選び直してください。",
			s.Width, s.Height, dots/10_000, min(mostDots, mostMemory/s.bytesPerDot())/10_000))
	}
	return nil
}

// bytesPerDot is how much memory a dot takes at most while the picture is read: the
// library's picture, what it is made of on the way, and the coefficients of a JPEG in
// passes, which are there for all colours until the end.
func (s said) bytesPerDot() int64 {
	var bytes int64 = 4
	switch {
	case s.deep:
		bytes = 8
	case s.progressive && s.ColorModel == color.GrayModel:
		bytes = 5
	case s.progressive && s.ColorModel == color.YCbCrModel:
		bytes = 15
	case s.progressive && s.ColorModel == color.RGBAModel:
		bytes = 19
	case s.progressive:
		bytes = 24
	case s.ColorModel == color.CMYKModel, s.isJPEG && s.ColorModel == color.RGBAModel:
		bytes = 8
	}
	if s.interlaced { // the passes lie beside the whole
		bytes += bytes / 2
	}
	return bytes
}

var errDeadline = errors.New("reading a picture took too long")

func errDamaged(err error) error {
	return fault.Wrap(err, fault.Invalid, "写真が壊れているため、読めません。写真のアプリで開いて保存し直してから、選び直してください。")
}

// source hands a picture's bytes on, as long as there is time.
type source struct {
	ctx context.Context //nolint:containedctx // io.Reader has none
	in  io.Reader
	err error // that in failed with
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.in.Read(p[:min(len(p), sip)])
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// explain is what is wrong where a picture could not be read.
func (s *source) explain(err error) error {
	switch {
	case s.err != nil:
		return s.err
	case errors.Is(context.Cause(s.ctx), errDeadline):
		return fault.Wrap(errDeadline, fault.TooLarge, fmt.Sprintf("写真を%d秒で読み終えられませんでした。写真のアプリで小さくしてから、選び直してください。", int(Deadline.Seconds())))
	case s.ctx.Err() != nil:
		return s.ctx.Err()
	}
	return errDamaged(err)
}

// smaller is a picture of which no side is longer than MostSide. It is halved first as
// often as that can be, so that every dot counts.
func smaller(from image.Image) image.Image {
	for {
		b := from.Bounds()
		longer := max(b.Dx(), b.Dy())
		if longer <= MostSide {
			return from
		}
		side := max(MostSide, (longer+1)/2)
		to := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()*side/longer), max(1, b.Dy()*side/longer)))
		draw.ApproxBiLinear.Scale(to, to.Rect, from, b, draw.Src, nil)
		from = to
	}
}

// upright turns a picture as its orientation asks, from 1 to 8 as EXIF has it.
func upright(from image.Image, turn int) image.Image {
	if turn < 2 || turn > 8 {
		return from
	}
	b := from.Bounds()
	width, height := b.Dx(), b.Dy()
	dots := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(dots, dots.Rect, from, b.Min, draw.Src)
	to := image.NewRGBA(dots.Rect)
	if turn >= 5 {
		to = image.NewRGBA(image.Rect(0, 0, height, width))
	}
	for y := range height {
		for x := range width {
			const size = 4
			at, of := to.PixOffset(place(turn, x, y, width, height)), dots.PixOffset(x, y)
			copy(to.Pix[at:at+size], dots.Pix[of:of+size])
		}
	}
	return to
}

// place is where a dot goes.
func place(turn, x, y, width, height int) (atX, atY int) {
	switch turn {
	case 2:
		return width - 1 - x, y
	case 3:
		return width - 1 - x, height - 1 - y
	case 4:
		return x, height - 1 - y
	case 5:
		return y, x
	case 6:
		return height - 1 - y, x
	case 7:
		return height - 1 - y, width - 1 - x
	default:
		return y, width - 1 - x
	}
}
