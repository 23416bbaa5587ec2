package peertest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	_ "embed" // the service's own text
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

//go:embed scim.mjs
var server []byte

// SCIM is a service of SCIM 2.0 on this machine.
type SCIM struct {
	URL, Token string
}

// StartSCIM starts a service without anybody in it, which ends with the test. saysGroups
// has its users tell the groups that they are in, as some services do.
func StartSCIM(t testing.TB, saysGroups bool) *SCIM {
	t.Helper()
	modules := filepath.Join(peers(t), "node_modules")
	if _, err := os.Stat(modules); err != nil {
		t.Fatal("the SCIM server is not installed: run make peers")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "server.mjs"), server, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	s := &SCIM{Token: rand.Text()}
	cmd := exec.Command("node", "server.mjs") //nolint:noctx // it ends with its input
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TOKEN="+s.Token)
	if saysGroups {
		cmd.Env = append(cmd.Env, "SAYS_GROUPS=1")
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close() //nolint:errcheck // it may have ended
		cmd.Wait()    //nolint:errcheck // the same
	})
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		cmd.Process.Kill() //nolint:errcheck // it may have ended
		cmd.Wait()         //nolint:errcheck // the same
		t.Fatalf("the SCIM server does not start: %v: %s", err, said.String())
	}
	s.URL = "http://127.0.0.1:" + strings.TrimSpace(port) + "/scim/v2"
	return s
}

// peers is where `make peers` puts what it installs from npm.
func peers(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("KAGAMI_PEERS"); dir != "" {
		return dir
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(cache, "kagami", "tools", "peers")
}

// Add adds a user or a group and gives its id.
func (s *SCIM) Add(t testing.TB, kind string, attributes map[string]any) string {
	t.Helper()
	made := s.Ask(t, http.MethodPost, kind, attributes)
	id, _ := made["id"].(string)
	if id == "" {
		t.Fatalf("nothing is added: %v", made)
	}
	return id
}

// Ask asks the service past the code under test.
func (s *SCIM) Ask(t testing.TB, method, path string, body map[string]any) map[string]any {
	t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	request, err := http.NewRequestWithContext(context.Background(), method, s.URL+"/"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.Token)
	request.Header.Set("Content-Type", "application/scim+json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // only read
	if response.StatusCode >= 300 {
		t.Fatal(fmt.Errorf("%s %s answers %d", method, path, response.StatusCode))
	}
	answer := map[string]any{}
	if response.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
	}
	return answer
}
