package account

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/fault"
)

func TestTheWaitGrowsWithTheFailuresAndNeverLastsForGood(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		counter  counter
		failures int
		wait     time.Duration
	}{
		{byAccount, 0, 0},
		{byAccount, 5, 0},
		{byAccount, 6, 2 * time.Second},
		{byAccount, 7, 4 * time.Second},
		{byAccount, 8, 8 * time.Second},
		{byAccount, 13, 256 * time.Second},
		{byAccount, 14, 5 * time.Minute},
		{byAccount, 1_000_000, 5 * time.Minute},
		{byDevice, 5, 0},
		{byDevice, 6, 2 * time.Second},
		{byIP, 200, 0},
		{byIP, 201, 2 * time.Second},
		{byIP, 1_000_000, 30 * time.Second},
	} {
		if got := c.counter.wait(c.failures); got != c.wait {
			t.Errorf("%d failures of one %s wait %v, want %v", c.failures, c.counter, got, c.wait)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]counter{byAccount, byIP, byDevice}).Draw(t, "counter")
		n := rapid.IntRange(0, 1<<40).Draw(t, "failures")
		if c.wait(n) > c.wait(n+1) || c.wait(n) > limits[c].longest {
			t.Errorf("%d failures of one %s wait %v, one more %v", n, c, c.wait(n), c.wait(n+1))
		}
	})
}

func TestOneSubscriberIsOneAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true},
		{"2001:db8:0:1::1", "2001:db8:0:2::1", false},
	} {
		if same := network(netip.MustParseAddr(c.a)) == network(netip.MustParseAddr(c.b)); same != c.same {
			t.Errorf("%s and %s are one: %t", c.a, c.b, same)
		}
	}
	if network(netip.Addr{}) == "" {
		t.Error("an unknown address is none")
	}
}

// Length counts, in characters after folding; what is tried first is refused;
// nothing asks for signs or digits.
func TestWhichPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	own := []string{"鏡石町", "鏡石", "M0123", "見本 太郎", "ミホン タロウ", "mihon.taro@town.example"}
	for password, want := range map[string]string{
		"":                                  "12字以上",
		"十一文字の合言葉です。":                       "12字以上",
		"ｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞ":                      "12字以上", // six characters, composed
		strings.Repeat("長い", 500):           "長すぎます",
		"password1234":                      "よく使われる",
		"Password12345!":                    "よく使われる",
		"123456789012":                      "よく使われる",
		"1qaz2wsx3edc4rfv":                  "よく使われる",
		"aaaaaaaaaaaaaaaa":                  "よく使われる",
		"パスワードパスワード１２":                      "よく使われる",
		"ﾊﾟｽﾜｰﾄﾞ1234567":                    "よく使われる",
		"ぱすわーど1234567":                      "よく使われる",
		"kagami202611":                      "よく使われる",
		"かがみかがみかがみかがみ":                      "よく使われる",
		"鏡石町鏡石町鏡石町鏡石町":                      "よく使われる",
		"鏡石町役場総務課令和８年":                      "よく使われる",
		"鏡石鏡石鏡石鏡石鏡石鏡石":                      "よく使われる",
		"見本太郎見本太郎見本太郎":                      "よく使われる",
		"みほんたろう20261124":                    "よく使われる",
		"mihontaro2026":                     "よく使われる",
		"M0123M0123M0123":                   "よく使われる",
		"x7k2-p9qa-mm3z-w8lt":               "",
		"correct horse battery staple":      "",
		"昨日の晩御飯は何でしたか":                      "",
		"坂道の上に見本の赤い屋根の家":                    "",
		"vikoRtesUmpalz":                    "",
		strings.Repeat("坂道の上の赤い屋根。", 30):    "",
		strings.Repeat("x7k2 p9qa mm ", 70): "",
	} {
		err := checkPassword(password, own)
		switch problems := problemsIn(err); {
		case want == "" && err != nil:
			t.Errorf("%.40q is refused: %v", password, problems)
		case want != "" && (len(problems) != 1 || problems[0].Field != "password" || !strings.Contains(problems[0].Message, want)):
			t.Errorf("%.40q gives %v, want one with %s", password, problems, want)
		}
	}
}

func problemsIn(err error) []fault.Problem {
	if e, ok := err.(*fault.Error); ok { //nolint:errorlint // as checkPassword returns it
		return e.Problems
	}
	return nil
}

// Whatever is typed, it is judged in a moment: the check stands before the
// costly hash.
func TestAnyTextIsJudgedWithoutFailing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "password")
		if err := checkPassword(text, []string{rapid.String().Draw(t, "name")}); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	})
}

func TestALinksTokenIsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	token := newToken()
	if len(token) != 29 || strings.Count(token, "-") != 5 {
		t.Errorf("a token looks like %s", token)
	}
	for _, typed := range []string{strings.ToUpper(token), strings.ReplaceAll(token, "-", ""), " " + strings.ReplaceAll(token, "-", " － ")} {
		if string(linkKey(typed)) != string(linkKey(token)) {
			t.Errorf("%q is not read as %q", typed, token)
		}
	}
	if string(linkKey(newToken())) == string(linkKey(token)) {
		t.Error("two tokens are one")
	}
}

// The manual states the rule by which tries are counted.
func TestTheManualSaysWhatIsCounted(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../docs/operation.md")
	if err != nil {
		t.Fatal(err)
	}
	for counter, beginning := range map[counter]string{byAccount: "| 入力された", byDevice: "| 前にサインインしたことのある端末での", byIP: "| 接続元の"} {
		limit := limits[counter]
		longest := fmt.Sprintf("%d秒", int(limit.longest.Seconds()))
		if limit.longest >= time.Minute {
			longest = fmt.Sprintf("%d分", int(limit.longest.Minutes()))
		}
		rule := fmt.Sprintf(" | %d回 | %d秒、%d秒、%d秒…と、最大%s |\n", limit.free,
			int(counter.wait(limit.free+1).Seconds()), int(counter.wait(limit.free+2).Seconds()), int(counter.wait(limit.free+3).Seconds()), longest)
		_, line, _ := strings.Cut(string(manual), beginning)
		if line, _, _ = strings.Cut(line, "\n"); !strings.HasSuffix(line+"\n", rule) {
			t.Errorf("of the %s it says %q, not %q", counter, line, rule)
		}
	}
	for _, memory := range []string{
		fmt.Sprintf("失敗は、それぞれ%d時間", int(failureMemory.Hours())),
		fmt.Sprintf("応答しなかったものは、%d分だけ", int(outageMemory.Minutes())),
		fmt.Sprintf("その分は%d分で消えます", int(checkLimit.Minutes())),
	} {
		if !strings.Contains(string(manual), memory) {
			t.Errorf("it does not say %s", memory)
		}
	}
}
