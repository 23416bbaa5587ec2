package reach

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kagami/internal/fault"
)

// Field is what is asked of a connector of some kinds, in its form.
type Field struct {
	Key, Label, Hint string
	Kinds            []Kind
	Choices          []Option // empty for a text
	Needed           bool
	Long             bool // of many lines
	Tick             bool // yes or no
}

// Option is one of the answers of a field.
type Option struct{ Value, Label string }

// fields are those of all kinds, in the order of the form. The keys are those of the
// configuration; a dot leads into a part of it.
var fields = []Field{
	{Key: "kind", Label: "ディレクトリの種類", Kinds: []Kind{LDAP}, Needed: true, Choices: []Option{{"active-directory", "Active Directory"}, {"openldap", "OpenLDAP"}}},
	{Key: "url", Label: "URL", Hint: "ディレクトリのサーバーです。例：ldaps://dc1.example.lg.jp", Kinds: []Kind{LDAP}, Needed: true},
	{Key: "url", Label: "URL", Hint: "SCIM の入口です。Users や Groups の手前までを入力します。例：https://id.example.jp/scim/v2", Kinds: []Kind{SCIM}, Needed: true},
	{Key: "url", Label: "URL", Hint: "通知を受け取る先です。例：https://system.example.lg.jp/kagami", Kinds: []Kind{Webhook}, Needed: true},
	{Key: "starttls", Label: "StartTLS で暗号化する（ldap:// のとき）", Kinds: []Kind{LDAP}, Tick: true},
	{Key: "bind_dn", Label: "ポータル用の利用者", Hint: "ポータルがサインインする名前です。例：cn=kagami,ou=service,dc=example,dc=jp。Active Directory では kagami@example.lg.jp の形でも入力できます。", Kinds: []Kind{LDAP}, Needed: true},
	{Key: "base_dn", Label: "アカウントを探す場所（DN）", Hint: "例：ou=staff,dc=example,dc=jp。ここより下にあるアカウントだけを見ます。", Kinds: []Kind{LDAP}, Needed: true},
	{Key: "filter", Label: "アカウントの条件", Hint: "空のときは、種類ごとのふつうの条件を使います。職員でないアカウント（機器や共用など）を外すときに書きます。", Kinds: []Kind{LDAP}},
	{Key: "number_attribute", Label: "職員番号の入った属性", Hint: "空のときは employeeNumber です。", Kinds: []Kind{LDAP}},
	{Key: "number_attribute", Label: "職員番号の入った属性", Hint: "空のときは externalId です。", Kinds: []Kind{SCIM}},
	{Key: "login_attribute", Label: "利用者IDの入った属性", Hint: "空のときは、OpenLDAP では uid、Active Directory では sAMAccountName です。", Kinds: []Kind{LDAP}},
	{Key: "disabled.attribute", Label: "停止を表す属性", Hint: "OpenLDAP のときだけです。空のときは pwdAccountLockedTime（パスワードの規則の機能）を使います。", Kinds: []Kind{LDAP}},
	{Key: "disabled.value", Label: "停止したアカウントの、その属性の値", Hint: "属性を書いたときだけ入力します。", Kinds: []Kind{LDAP}},
	{Key: "disabled.enabled", Label: "使えるアカウントの、その属性の値", Hint: "属性を書いたときだけ入力します。空のときは、使えるアカウントにはこの属性がないものとします。", Kinds: []Kind{LDAP}},
	{Key: "member_of", Label: "所属するグループの入った属性", Hint: "空のときは、Active Directory では memberOf です。OpenLDAP では、空のときは、グループを1つずつ見ます。", Kinds: []Kind{LDAP}},
	{Key: "authority", Label: "認証局の証明書", Hint: "町の中の認証局を使うときだけ、PEM 形式の文字を貼り付けます。空のときは、サーバーが信じている認証局を使います。", Kinds: []Kind{LDAP, SCIM, Webhook}, Long: true},
}

// Fields are those of a kind.
func Fields(kind Kind) []Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return !slices.Contains(f.Kinds, kind) })
}

// SecretLabel is what the secret of a kind is called, and what it is.
func SecretLabel(kind Kind) (label, hint string) {
	switch kind {
	case LDAP:
		return "ポータル用の利用者のパスワード", "一度入力すると、二度と表示されません。"
	case SCIM:
		return "トークン", "接続先で発行した、Bearer トークンです。一度入力すると、二度と表示されません。"
	case Webhook:
		return "署名の鍵", "whsec_ で始まる、接続先と同じ鍵です（Standard Webhooks）。一度入力すると、二度と表示されません。"
	}
	return "", ""
}

// RefuseLeading refuses to lead a secret that was not typed, the empty one, to another place than
// before, or less safely: who changes that has the secret, and not one that they never saw.
func RefuseLeading(kind Kind, before, now []byte, secret string) error {
	if secret != "" {
		return nil
	}
	was, err := TypedOf(kind, before)
	if err != nil {
		return err
	}
	is, err := TypedOf(kind, now)
	if err != nil {
		return err
	}
	for _, key := range []string{"url", "starttls", "authority"} {
		if was[key] != is[key] {
			label, _ := SecretLabel(kind)
			return fault.InvalidFields([]fault.Problem{{Field: "secret", Message: "接続先（URL、StartTLS、認証局の証明書）を変えるときは、" + label + "も入力してください。前に入力したものを、ほかの接続先に送らないためです。"}})
		}
	}
	return nil
}

// mostValue is how long a value of a field may be.
const mostValue = 20_000

// ConfigOf is what was typed, as a configuration.
func ConfigOf(kind Kind, typed map[string]string) (json.RawMessage, []fault.Problem) {
	config := map[string]any{}
	var problems []fault.Problem
	for _, f := range Fields(kind) {
		value := strings.TrimSpace(typed[f.Key])
		if utf8.RuneCountInString(value) > mostValue {
			problems = append(problems, fault.Problem{Field: f.Key, Message: f.Label + "が長すぎます。"})
			continue
		}
		in, key := config, f.Key
		if part, rest, ok := strings.Cut(f.Key, "."); ok {
			inner, there := config[part].(map[string]any)
			if !there {
				inner = map[string]any{}
				config[part] = inner
			}
			in, key = inner, rest
		}
		if f.Tick {
			in[key] = value != ""
			continue
		}
		in[key] = value
	}
	raw, err := json.Marshal(config)
	if err != nil {
		problems = append(problems, fault.Problem{Message: "設定を読めません。画面を開き直してから、もう一度入力してください。"})
	}
	return raw, problems
}

// TypedOf is a configuration as the form shows it.
func TypedOf(kind Kind, config []byte) (map[string]string, error) {
	all := map[string]any{}
	if err := json.Unmarshal(config, &all); err != nil {
		return nil, fmt.Errorf("reading a configuration: %w", err)
	}
	typed := map[string]string{}
	for _, f := range Fields(kind) {
		in, key := all, f.Key
		if part, rest, ok := strings.Cut(f.Key, "."); ok {
			in, _ = all[part].(map[string]any)
			key = rest
		}
		switch value := in[key].(type) {
		case string:
			typed[f.Key] = value
		case bool:
			if value {
				typed[f.Key] = "1"
			}
		}
	}
	return typed, nil
}
