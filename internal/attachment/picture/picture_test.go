package picture_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"kagami/internal/attachment/picture"
	"kagami/internal/fault"
)

const (
	jpegType = "image/jpeg"
	pngType  = "image/png"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// corner is a picture of a size that is red at the top left, and else blue.
func corner(width, height int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{B: 255, A: 255}
			if x < width/2 && y < height/2 {
				c = color.RGBA{R: 255, A: 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func asJPEG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, p, nil))
	return b.Bytes()
}

func asPNG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, p))
	return b.Bytes()
}

// photo is a JPEG as a phone writes it: turned, and with where it was taken.
func photo(t testing.TB, p image.Image, turn byte) []byte {
	t.Helper()
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08" + // the first directory
		"\x00\x02" + // has two entries
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(turn) + "\x00\x00" + // the orientation
		"\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26" + // and where it was taken
		"\x00\x00\x00\x00" + "GPS 37.25N 140.34E")
	b := asJPEG(t, p)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return bytes.Join([][]byte{b[:2], segment, exif, b[2:]}, nil)
}

// chunked is a PNG of a size that it only claims.
func chunked(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32(nil, width)
	header = binary.BigEndian.AppendUint32(header, height)
	header = append(header, 8, 6, 0, 0, 0) // RGBA of 8 bits
	named := append([]byte("IHDR"), header...)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), named...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(named))
}

func shrink(t testing.TB, b []byte, mediaType string) ([]byte, error) {
	t.Helper()
	var out bytes.Buffer
	err := picture.Shrink(t.Context(), bytes.NewReader(b), &out, mediaType)
	return out.Bytes(), err
}

func TestWhatAPhoneAddsIsLeftOut(t *testing.T) {
	t.Parallel()
	sent := photo(t, corner(80, 40), 1)
	got, err := shrink(t, sent, jpegType)
	must(t, err)
	for _, word := range []string{"GPS", "Exif", "140.34"} {
		if !bytes.Contains(sent, []byte(word)) || bytes.Contains(got, []byte(word)) {
			t.Errorf("%s was in what was sent: %t, and is still there: %t", word, bytes.Contains(sent, []byte(word)), bytes.Contains(got, []byte(word)))
		}
	}
	said := append([]byte("\x00\x00\x00\x0btEXtPlace\x0037.25"), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(said[len(said)-4:], crc32.ChecksumIEEE(said[4:len(said)-4]))
	b := asPNG(t, corner(80, 40))
	got, err = shrink(t, bytes.Join([][]byte{b[:33], said, b[33:]}, nil), pngType)
	if err != nil || bytes.Contains(got, []byte("Place")) {
		t.Errorf("a PNG's text is still there, %v", err)
	}
	if got, err = shrink(t, append(asPNG(t, corner(80, 40)), "<script>alert(1)</script>"...), pngType); err != nil || bytes.Contains(got, []byte("script")) {
		t.Errorf("what stands behind a picture is still there, %v", err)
	}
}

// Each picture stands upright afterwards, with its red corner where EXIF has it.
func TestPicturesAreTurnedUpright(t *testing.T) {
	t.Parallel()
	for turn, want := range map[byte]struct {
		width, height int
		right, bottom bool // the red corner
	}{
		1: {80, 40, false, false}, 2: {80, 40, true, false}, 3: {80, 40, true, true}, 4: {80, 40, false, true},
		5: {40, 80, false, false}, 6: {40, 80, true, false}, 7: {40, 80, true, true}, 8: {40, 80, false, true},
		0: {80, 40, false, false}, 9: {80, 40, false, false},
	} {
		b, err := shrink(t, photo(t, corner(80, 40), turn), jpegType)
		must(t, err)
		got, err := jpeg.Decode(bytes.NewReader(b))
		must(t, err)
		if size := got.Bounds().Size(); size.X != want.width || size.Y != want.height {
			t.Errorf("%d: %v", turn, size)
		}
		x, y := want.width/4, want.height/4
		if want.right {
			x = want.width - x
		}
		if want.bottom {
			y = want.height - y
		}
		if r, _, blue, _ := got.At(x, y).RGBA(); r < blue {
			t.Errorf("%d: at %d, %d it is not red", turn, x, y)
		}
	}
}

func TestLargePicturesBecomeSmaller(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ width, height, wantWidth, wantHeight int }{
		{6000, 300, 2560, 128}, {300, 6000, 128, 2560}, {2560, 100, 2560, 100}, {2561, 2, 2560, 1}, {1, 6000, 1, 2560},
	} {
		for mediaType, b := range map[string][]byte{jpegType: asJPEG(t, corner(c.width, c.height)), pngType: asPNG(t, corner(c.width, c.height))} {
			got, err := shrink(t, b, mediaType)
			must(t, err)
			config, name, err := image.DecodeConfig(bytes.NewReader(got))
			if err != nil || config.Width != c.wantWidth || config.Height != c.wantHeight || !strings.HasSuffix(mediaType, name) {
				t.Errorf("%s of %d × %d became %s of %d × %d, %v", mediaType, c.width, c.height, name, config.Width, config.Height, err)
			}
		}
	}
}

func TestBadPictures(t *testing.T) {
	t.Parallel()
	progressive := asJPEG(t, corner(8, 8))
	at := bytes.Index(progressive, []byte{0xff, 0xc0})
	progressive[at+1] = 0xc2
	binary.BigEndian.PutUint16(progressive[at+5:], 5000)
	binary.BigEndian.PutUint16(progressive[at+7:], 6000)
	deep := chunked(7000, 7000)
	deep[24] = 16
	binary.BigEndian.PutUint32(deep[29:], crc32.ChecksumIEEE(deep[12:29]))
	for name, c := range map[string]struct {
		body      []byte
		mediaType string
		kind      fault.Kind
		words     string
	}{
		"100 million dots":         {chunked(10_000, 10_000), pngType, fault.TooLarge, "10000万画素"},
		"more dots than there are": {chunked(4_000_000_000, 4_000_000_000), pngType, fault.Invalid, "壊れている"},
		"a size that it has not":   {chunked(5000, 5000), pngType, fault.Invalid, "壊れている"},
		"no dots":                  {chunked(0, 0), pngType, fault.Invalid, "壊れている"},
		"16 bits a colour":         {deep, pngType, fault.TooLarge, "画素が多すぎます"},
		"many passes":              {progressive, jpegType, fault.TooLarge, "画素が多すぎます"},
		"half":                     {asJPEG(t, corner(80, 40))[:300], jpegType, fault.Invalid, "壊れている"},
		"nothing":                  {nil, jpegType, fault.Invalid, "壊れている"},
		"a PNG called a JPEG":      {asPNG(t, corner(8, 8)), jpegType, fault.Invalid, "壊れている"},
		"a JPEG without end":       {append([]byte("\xff\xd8"), bytes.Repeat([]byte("\xff\xe2\x00\x02"), 10_000)...), jpegType, fault.Invalid, "壊れている"},
	} {
		_, err := shrink(t, c.body, c.mediaType)
		if fault.KindOf(err) != c.kind || err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, want %s with %q", name, err, c.kind, c.words)
		}
	}
}

// A JPEG of many passes over many dots has few bytes and takes a reader minutes: it
// is stopped.
func TestAPictureThatTakesLongIsStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begun := time.Now()
	err := picture.Shrink(ctx, bytes.NewReader(passes(4000, 4000, 20_000)), io.Discard, jpegType)
	if took := time.Since(begun); took > 10*time.Second || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after %v: %v", took, err)
	}
}

// passes is a grey JPEG of a size that comes in so many passes, each of which says
// that nothing changes.
func passes(width, height uint16, n int) []byte {
	b := []byte("\xff\xd8\xff\xdb\x00\x43\x00" + strings.Repeat("\x01", 64))
	b = append(b, "\xff\xc2\x00\x0b\x08"...)
	b = binary.BigEndian.AppendUint16(b, height)
	b = binary.BigEndian.AppendUint16(b, width)
	b = append(b, "\x01\x01\x11\x00"...)
	// one code, for a run of 32767 blocks without anything
	b = append(b, "\xff\xc4\x00\x14\x10\x01"+strings.Repeat("\x00", 15)+"\xe0"...)
	b = append(b, "\xff\xc4\x00\x14\x00\x01"+strings.Repeat("\x00", 15)+"\x00"...)
	blocks := (int(width) + 7) / 8 * ((int(height) + 7) / 8)
	for range n {
		b = append(b, "\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00"...)
		for left := blocks; left > 0; left -= 1 << 14 {
			b = append(b, 0, 0) // the code, and 14 bits of the run
		}
	}
	return append(b, 0xff, 0xd9)
}

// broken is a file of which the end can't be read.
type broken struct {
	*bytes.Reader
	err error
}

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		err = b.err
	}
	return n, err
}

func TestWhatFailsAroundAPictureIsSaid(t *testing.T) {
	t.Parallel()
	lost := errors.New("the database is gone")
	b := asPNG(t, corner(300, 300))
	in := broken{bytes.NewReader(b[:len(b)/2]), lost}
	if err := picture.Shrink(t.Context(), in, io.Discard, pngType); !errors.Is(err, lost) {
		t.Errorf("reading: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := picture.Shrink(gone, bytes.NewReader(b), io.Discard, pngType); !errors.Is(err, context.Canceled) {
		t.Errorf("for somebody who has gone: %v", err)
	}
}

// Whatever comes in, it is a picture or a refusal, and soon.
func FuzzShrink(f *testing.F) {
	f.Add(photo(f, corner(20, 10), 6), true)
	f.Add(asPNG(f, corner(20, 10)), false)
	f.Add(passes(64, 64, 20), true)
	f.Add(chunked(5000, 5000), false)
	f.Fuzz(func(t *testing.T, b []byte, isJPEG bool) {
		mediaType := pngType
		if isJPEG {
			mediaType = jpegType
		}
		begun := time.Now()
		out, err := shrink(t, b, mediaType)
		if took := time.Since(begun); took > picture.Deadline+10*time.Second {
			t.Errorf("it took %v", took)
		}
		if err != nil {
			if kind := fault.KindOf(err); kind != fault.Invalid && kind != fault.TooLarge {
				t.Errorf("refused as %s: %v", kind, err)
			}
			return
		}
		config, _, err := image.DecodeConfig(bytes.NewReader(out))
		if err != nil || max(config.Width, config.Height) > picture.MostSide {
			t.Errorf("it became a picture of %d × %d, %v", config.Width, config.Height, err)
		}
	})
}

// A library that passes over what stands alone would see another picture in the file
// than was examined.
func TestAJPEGThatCouldBeReadAsTwoPicturesIsRefused(t *testing.T) {
	t.Parallel()
	whole := asJPEG(t, corner(8, 8))
	for name, between := range map[string]string{
		"a restart that stands alone": "\xff\xd0", "a second beginning": "\xff\xd8", "an end": "\xff\xd9", "a stuffed zero": "\xff\x00",
		"another frame":                      "\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00",
		"a frame of a kind that is not read": "\xff\xc9\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00",
	} {
		body := append(append([]byte{}, whole[:2]...), append([]byte(between), whole[2:]...)...)
		if _, err := shrink(t, body, jpegType); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// 7,000 × 7,000 dots of 16 bits in passes take 600 MB.
func TestADeepPNGInPassesIsRefusedByItsHead(t *testing.T) {
	t.Parallel()
	var body bytes.Buffer
	body.WriteString("\x89PNG\r\n\x1a\n")
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 7000), 7000)...)
	chunk = append(chunk, 16, 0, 0, 0, 1) // grey, interlaced
	body.Write(binary.BigEndian.AppendUint32(nil, 13))
	body.Write(chunk)
	body.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(chunk)))
	body.WriteString("\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e")
	if _, err := shrink(t, body.Bytes(), "image/png"); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("%v", err)
	}
}
