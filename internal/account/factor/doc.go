// Package factor is what people prove themselves with beside a password: an
// authenticator app (TOTP), passkeys, and recovery codes for when they are lost.
// Each code is taken once, and wrong ones are counted as wrong passwords are.
//
// Whose role demands a second factor keeps the last one. Somebody who has lost
// theirs asks an administrator, who then can't also give them a new password.
package factor
