package account

import (
	"testing"

	"github.com/alexedwards/argon2id"
)

func TestWhoHasNoPasswordIsHeldAgainstAHashThatCostsAsMuch(t *testing.T) {
	t.Parallel()
	hash := nobodysHash(params)
	cost, salt, key, err := argon2id.DecodeHash(hash)
	if err != nil || *cost != params || len(salt) == 0 || len(key) == 0 {
		t.Errorf("%s: %+v, %v", hash, cost, err)
	}
	if hash == nobodysHash(params) {
		t.Error("everywhere the same")
	}
}
