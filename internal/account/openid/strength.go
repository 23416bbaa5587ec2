package openid

// factor is a kind of proof: what one knows, has or is.
type factor int

const (
	knowledge factor = iota + 1
	possession
	inherence
)

// factors says which kind of proof each authentication method of RFC 8176,
// section 2, is. The others there prove no factor of their own and count for
// nothing: geo and rba weigh circumstances, mca is about channels, user is
// presence, wia is a domain's own sign-in.
var factors = map[string]factor{
	"pwd": knowledge, "pin": knowledge, "kba": knowledge,

	"otp": possession, "hwk": possession, "swk": possession, "pop": possession,
	"sc": possession, "sms": possession, "tel": possession,

	"face": inherence, "fpt": inherence, "iris": inherence, "retina": inherence, "vbm": inherence,
}

// strong tells whether the amr claim says that more than one factor was used:
// mfa itself, or methods of two kinds. A password and a PIN are one kind, and so
// is a lone one-time password. A claim that is missing or of another form says
// no.
func strong(said claims) bool {
	used := map[factor]bool{}
	for _, method := range read[[]string](said, "amr") {
		if method == "mfa" {
			return true
		}
		if f, ok := factors[method]; ok {
			used[f] = true
		}
	}
	return len(used) > 1
}
