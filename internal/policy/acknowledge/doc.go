// Package acknowledge is whom a published revision asks to read it and keep to it
// (基本方針 5), and what has come of that.
//
// A person's Acknowledgement is stored once, with the hash of the text that was shown.
// Publishing says whom a revision asks and by when (Campaign); the portal asks them
// and reminds them as their days come (tend.go), and tells their 管理者 of who is late.
// Somebody may be let off for now, with a reason (Excuse). Coverage counts who has
// acknowledged, section by section.
package acknowledge
