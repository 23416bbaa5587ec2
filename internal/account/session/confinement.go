package session

// Confinement says who signs in though their right to use the portal is barred: whose own conduct
// it is that bars them, and who has something to answer. Their session is confined to that. nil, and
// one that was not opened, is for nobody.
//
// What it tells, it tells in SQL, of a person's id such as s.person_id and of an instant.
type Confinement struct {
	open func(person, at string) string
}

// Open opens it for those of whom a condition in SQL holds that a case is open to them. It is called
// once, before the first request.
func (c *Confinement) Open(open func(person, at string) string) { c.open = open }

// Confines tells whether a person is barred and comes in nonetheless.
func (c *Confinement) Confines(person, at string) string {
	return `(` + Barred(person, at) + ` AND ` + c.admits(person, at) + `)`
}

// ShutsOut tells whether a person is barred and does not come in.
func (c *Confinement) ShutsOut(person, at string) string {
	return `(` + Barred(person, at) + ` AND NOT ` + c.admits(person, at) + `)`
}

// admits tells it of a person who is barred. Where an account is cut to protect it, nobody comes
// in: whoever it is may not be its person.
func (c *Confinement) admits(person, at string) string {
	if c == nil || c.open == nil {
		return `false`
	}
	return `((` + c.open(person, at) + `) AND NOT EXISTS (SELECT FROM portal_barred x WHERE x.person_id = ` + person + ` AND x.during @> ` + at + ` AND NOT x.conduct))`
}

// Barred tells whether a person's right to use the portal is suspended, revoked or cut (package
// rights/bar).
func Barred(person, at string) string {
	return `EXISTS (SELECT FROM portal_barred x WHERE x.person_id = ` + person + ` AND x.during @> ` + at + `)`
}
