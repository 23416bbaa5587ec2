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
	progressive bool // a JPEG that comes in several passes
	turn        int  // its orientation as EXIF has it, from 1 to 8; 0 for none
}

// mostSegments is how many segments before a JPEG's dots are looked at; each has 64 kB
// at most.
const mostSegments = 500

// examine reads what a picture says of itself, and none of its dots.
func examine(in io.Reader, mediaType string) (said, error) {
	if mediaType != "image/jpeg" {
		config, err := png.DecodeConfig(in)
		return said{Config: config}, err
	}
	var s said
	passed := &bytes.Buffer{} // what is looked at again by the library: without what phones add
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
		case marker == app14: // it says which colours these are
			writeSegment(passed, marker, body)
		case isFrame(marker):
			s.progressive = marker == progressiveFrame
			writeSegment(passed, marker, body)
			s.Config, err = jpeg.DecodeConfig(io.MultiReader(passed, in))
			return s, err
		}
	}
	return s, errors.New("a JPEG whose dots do not begin")
}

// The markers of a JPEG's segments.
const (
	app1             = 0xe1 // EXIF
	app14            = 0xee // Adobe's colours
	progressiveFrame = 0xc2
)

// isFrame tells of the segment with the size of the picture.
func isFrame(marker byte) bool { return marker == 0xc0 || marker == 0xc1 || marker == progressiveFrame }

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
