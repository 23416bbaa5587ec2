// Package sheettest watches how long the reading of a file takes.
package sheettest

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// Most is how much of a core the reading of a small file may take, whatever is in it.
const Most = time.Second

// MustBeQuick fails the test where something takes longer than Most of one core,
// however busy the machine is.
func MustBeQuick(t testing.TB, do func()) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := spent(t)
	do()
	if took := spent(t) - before; took > Most {
		t.Errorf("it takes %v", took)
	}
}

// spent is the time that the present thread has had of a core.
func spent(t testing.TB) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
