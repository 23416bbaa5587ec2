package screen

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
)

// ServeMade answers with a file to keep that write makes, as large as it may be. It is
// made whole first, in a file that has no name any more, so that one which fails halfway
// is never had; whoever takes it slowly may, on a route that is a Stream.
func ServeMade(w http.ResponseWriter, name, contentType string, write func(to io.Writer) error) error {
	made, err := os.CreateTemp("", "kagami-")
	if err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	defer made.Close() //nolint:errcheck // it is gone with this
	if err := os.Remove(made.Name()); err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	buffer := bufio.NewWriterSize(made, 64<<10)
	if err := write(buffer); err != nil {
		return err
	}
	if err := buffer.Flush(); err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	size, err := made.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = made.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	_, _ = io.Copy(newOutgoing(w), made) // whoever has gone does not need it
	return nil
}
