package session

// Confinement says who signs in though their right to use the portal is barred: whose own conduct
// it is that bars them, and who has something to answer. Their session is confined to that. nil, and
// one that was not opened, is for nobody.
type Confinement struct {
	open func(person string) string
}

// Open opens it for those of whom a condition in SQL holds that a case is open to them; it is made
// for a person's id, such as s.person_id. It is called once, before the first request.
func (c *Confinement) Open(open func(person string) string) { c.open = open }

// Admits tells in SQL whether a person comes in at an instant at which their right is barred. Where
// an account is cut to protect it, nobody does: whoever it is may not be its person.
func (c *Confinement) Admits(person, at string) string {
	if c == nil || c.open == nil {
		return `false`
	}
	return `((` + c.open(person) + `) AND NOT EXISTS (SELECT FROM portal_barred x WHERE x.person_id = ` + person + ` AND x.during @> ` + at + ` AND NOT x.conduct))`
}

// Barred tells in SQL of a person's id whether their right to use the portal is suspended, revoked
// or cut at an instant (package rights/bar).
func Barred(person, at string) string {
	return `EXISTS (SELECT FROM portal_barred x WHERE x.person_id = ` + person + ` AND x.during @> ` + at + `)`
}
