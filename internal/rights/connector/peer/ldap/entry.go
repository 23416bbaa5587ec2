package ldap

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"kagami/internal/rights/connector/peer"
)

// The attributes of Active Directory.
const (
	objectGUID         = "objectGUID"
	userAccountControl = "userAccountControl"
	entryUUID          = "entryUUID"
)

// accountDisabled is the bit of userAccountControl of an account that is disabled.
const accountDisabled = 2

// entry is an account as it stands in the directory.
type entry struct {
	peer.Account
	dn      string
	control int64 // its userAccountControl, in Active Directory
	ranged  bool  // it is in more groups than the directory gives at once
	own     bool  // the portal signs in as it
}

// attributes are those that make an entry.
func (d *Directory) attributes() []string {
	list := []string{d.config.LoginAttribute, d.config.NumberAttribute, d.config.NameAttribute}
	if d.config.Kind == ActiveDirectory {
		list = append(list, objectGUID, userAccountControl, sAMAccountName, userPrincipalName)
	} else {
		list = append(list, entryUUID, d.config.Disabled.Attribute)
	}
	if len(d.groups) > 0 && d.config.MemberOf != "" {
		list = append(list, d.config.MemberOf)
	}
	return list
}

// read makes an entry of what the directory gives.
func (d *Directory) read(from *ldap.Entry) (entry, error) {
	e := entry{dn: from.DN, own: d.isOwn(from), Account: peer.Account{
		Login:  peer.Text(from.GetEqualFoldAttributeValue(d.config.LoginAttribute)),
		Number: peer.Text(from.GetEqualFoldAttributeValue(d.config.NumberAttribute)),
		Name:   peer.Text(from.GetEqualFoldAttributeValue(d.config.NameAttribute)),
	}}
	if e.dn == "" {
		return entry{}, peer.Nonsense(errors.New("an entry without a name"))
	}
	var ok bool
	if d.config.Kind == ActiveDirectory {
		if e.ID, ok = fromGUID(raw(from, objectGUID)); !ok {
			return entry{}, unreadable(objectGUID)
		}
		control, err := strconv.ParseInt(from.GetEqualFoldAttributeValue(userAccountControl), 10, 32)
		if err != nil {
			return entry{}, unreadable(userAccountControl)
		}
		e.control, e.Enabled = control, control&accountDisabled == 0
	} else {
		if e.ID = strings.ToLower(from.GetEqualFoldAttributeValue(entryUUID)); !uuid.MatchString(e.ID) {
			return entry{}, unreadable(entryUUID)
		}
		e.Enabled = true
		for _, value := range from.GetEqualFoldAttributeValues(d.config.Disabled.Attribute) {
			if strings.EqualFold(value, d.config.Disabled.Value) {
				e.Enabled = false
			}
		}
	}
	d.readGroups(&e, from)
	return e, nil
}

func (d *Directory) readGroups(e *entry, from *ldap.Entry) {
	if len(d.groups) == 0 || d.config.MemberOf == "" {
		return
	}
	in := make([]bool, len(d.groups))
	for _, a := range from.Attributes {
		name, option, _ := strings.Cut(a.Name, ";")
		if !strings.EqualFold(name, d.config.MemberOf) {
			continue
		}
		e.ranged = e.ranged || strings.HasPrefix(strings.ToLower(option), "range=")
		for _, value := range a.Values {
			dn, err := ldap.ParseDN(value)
			if err != nil {
				continue // it is none of the named ones
			}
			for i, g := range d.groups {
				in[i] = in[i] || g.dn.EqualFold(dn)
			}
		}
	}
	for i, g := range d.groups {
		if in[i] {
			e.Groups = append(e.Groups, g.written)
		}
	}
}

// unreadable is an entry without what each has.
func unreadable(name string) error {
	return peer.Denied(errors.New("an entry comes without a readable " + name))
}

// raw is the first value of an attribute, as bytes.
func raw(from *ldap.Entry, name string) []byte {
	for _, a := range from.Attributes {
		if strings.EqualFold(a.Name, name) && len(a.ByteValues) > 0 {
			return a.ByteValues[0]
		}
	}
	return nil
}

// uuid is an ID as it is written.
var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// fromGUID writes an objectGUID as Windows does: its first three parts are little-endian.
func fromGUID(b []byte) (string, bool) {
	if len(b) != 16 {
		return "", false
	}
	t := swap(b)
	s := hex.EncodeToString(t)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:], true
}

// toGUID is the objectGUID that is written so; the ID is a uuid.
func toGUID(id string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(b) != 16 {
		return nil
	}
	return swap(b)
}

func swap(b []byte) []byte {
	t := append([]byte(nil), b...)
	binary.BigEndian.PutUint32(t, binary.LittleEndian.Uint32(b))
	binary.BigEndian.PutUint16(t[4:], binary.LittleEndian.Uint16(b[4:]))
	binary.BigEndian.PutUint16(t[6:], binary.LittleEndian.Uint16(b[6:]))
	return t
}

// byID is the filter that finds the entry with an ID.
func (d *Directory) byID(id string) string {
	if d.config.Kind == ActiveDirectory {
		var b strings.Builder
		for _, c := range toGUID(id) {
			b.WriteString(`\` + hex.EncodeToString([]byte{c}))
		}
		return "(" + objectGUID + "=" + b.String() + ")"
	}
	return "(" + entryUUID + "=" + ldap.EscapeFilter(id) + ")"
}

// both is a filter of what is an account and fits another filter.
func (d *Directory) both(filter string) string { return "(&" + d.config.Filter + filter + ")" }
