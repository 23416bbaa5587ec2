package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
)

// said is what a picture says of itself before its dots.
type said struct {
	image.Config
	isJPEG      bool
	progressive bool // a JPEG that comes in several passes
	deep        bool // a PNG of 16 bits a colour
	interlaced  bool // a PNG that comes in several passes
	turn        int  // its orientation as EXIF has it, from 1 to 8; 0 for none
	// whole is the picture for the library, from its beginning. Of a JPEG it holds what
	// was examined here and then the rest: a library that read the file anew by its own
	// lights might find another picture in it.
	whole io.Reader
}

const (
	// mostSegments is how many segments before a JPEG's dots are looked at; each has
	// 64 kB at most.
	mostSegments = 500
	// mostPassed is how much of them goes on to the library, in bytes: tables.
	mostPassed = 256 << 10
)

// examine reads what a picture says of itself, and none of its dots.
func examine(in io.Reader, mediaType string) (said, error) {
	if mediaType == "image/jpeg" {
		return examineJPEG(in)
	}
	// the signature, and the first chunk with its length, name and sum
	head := make([]byte, 8+4+4+13+4)
	if _, err := io.ReadFull(in, head); err != nil {
		return said{}, err
	}
	const depth, interlace = 24, 28
	var looked bytes.Buffer
	config, err := png.DecodeConfig(io.TeeReader(io.MultiReader(bytes.NewReader(head), in), &looked))
	return said{
		Config: config, deep: head[depth] == 16, interlaced: head[interlace] != 0, whole: io.MultiReader(&looked, in),
	}, err
}

func examineJPEG(in io.Reader) (said, error) {
	var (
		s      = said{isJPEG: true}
		passed bytes.Buffer // without what phones add
		frames int
	)
	head := make([]byte, 2)
	if _, err := io.ReadFull(in, head); err != nil {
		return s, err
	}
	passed.Write(head)
	for range mostSegments {
		marker, body, err := segment(in)
		if err != nil {
			return s, err
		}
		switch {
		case marker == app1:
			if turn := orientation(body); turn != 0 {
				s.turn = turn
			}
			continue
		case marker == comment, marker >= app0 && marker <= app15 && marker != app14:
			continue
		case isFrame(marker):
			frames++
			s.progressive = marker == progressiveFrame
		case marker != app14 && marker != huffman && marker != quantization && marker != restart && marker != scan:
			return s, errBroken
		}
		writeSegment(&passed, marker, body)
		if frames > 1 || passed.Len() > mostPassed {
			return s, errBroken
		}
		if marker == scan {
			s.Config, err = jpeg.DecodeConfig(bytes.NewReader(passed.Bytes()))
			s.whole = io.MultiReader(&passed, in)
			return s, err
		}
	}
	return s, errors.New("a JPEG whose dots do not begin")
}

// The markers of a JPEG's segments.
const (
	progressiveFrame = 0xc2
	huffman          = 0xc4
	scan             = 0xda // the dots follow
	quantization     = 0xdb
	restart          = 0xdd // how often
	app0             = 0xe0
	app1             = 0xe1 // EXIF
	app14            = 0xee // Adobe's colours
	app15            = 0xef
	comment          = 0xfe
)

// isFrame tells of the segment with the size of the picture.
func isFrame(marker byte) bool { return marker == 0xc0 || marker == 0xc1 || marker == progressiveFrame }

// hasNoLength tells of the markers that stand alone, and have no business before the
// dots: the library passes over them, and would then see other segments than examine.
func hasNoLength(marker byte) bool { return marker <= 0x01 || marker >= 0xd0 && marker <= 0xd9 }

var errBroken = errors.New("a JPEG with a broken segment")

// segment reads the next segment of a JPEG.
func segment(in io.Reader) (marker byte, body []byte, err error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(in, head); err != nil {
		return 0, nil, err
	}
	if head[0] != 0xff {
		return 0, nil, errBroken
	}
	for marker = head[1]; marker == 0xff; marker = head[0] { // before a marker there may be more of them
		if _, err := io.ReadFull(in, head[:1]); err != nil {
			return 0, nil, err
		}
	}
	if hasNoLength(marker) {
		return 0, nil, errBroken
	}
	if _, err := io.ReadFull(in, head); err != nil {
		return 0, nil, err
	}
	size := int(binary.BigEndian.Uint16(head))
	if size < 2 {
		return 0, nil, errBroken
	}
	body = make([]byte, size-2)
	_, err = io.ReadFull(in, body)
	return marker, body, err
}

func writeSegment(to *bytes.Buffer, marker byte, body []byte) {
	to.Write([]byte{0xff, marker})
	to.Write(binary.BigEndian.AppendUint16(nil, uint16(len(body)+2)))
	to.Write(body)
}

// orientation finds how a picture is to be turned in the first directory of its EXIF;
// 0 where that does not say.
func orientation(body []byte) int {
	exif, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00"))
	if !ok || len(exif) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(exif, []byte("II")) {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(exif[4:]))
	if at+2 > int64(len(exif)) {
		return 0
	}
	directory := exif[at:]
	const entry, tag, short = 12, 0x0112, 3
	for i := range int(order.Uint16(directory)) {
		begin := 2 + i*entry
		if begin+entry > len(directory) {
			return 0
		}
		if e := directory[begin:]; order.Uint16(e) == tag && order.Uint16(e[2:]) == short {
			if turn := int(order.Uint16(e[8:])); turn >= 1 && turn <= 8 {
				return turn
			}
		}
	}
	return 0
}
