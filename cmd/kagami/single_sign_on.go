package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"kagami/internal/account"
	"kagami/internal/account/directory"
	"kagami/internal/account/openid"
	"kagami/internal/address"
	"kagami/internal/fault"
)

// singleSignOn are the ways to sign in beside the portal's own passwords.
// Secrets come from files: the command line is there for all to see.
type singleSignOn struct {
	OIDC struct {
		Issuer           string `placeholder:"URL" help:"シングルサインオン（OpenID Connect）の認証サーバーの URL（issuer）。"`
		ClientID         string `placeholder:"ID" help:"認証サーバーに登録したポータルの ID。"`
		ClientSecretFile string `placeholder:"FILE" help:"認証サーバーに登録したポータルの秘密の値のファイル。"`
		Match            string `default:"email" placeholder:"email|staff-number" help:"職員を見分ける項目。email（既定）か staff-number。"`
		StaffNumberClaim string `placeholder:"NAME" help:"職員番号が入っている項目（claim）の名前（既定：preferred_username）。"`
		Name             string `default:"シングルサインオン" help:"サインインの画面に出す、認証サーバーの呼び名。"`
	} `embed:"" prefix:"oidc-"`
	LDAP struct {
		URL                  string `placeholder:"URL" help:"ディレクトリ（LDAP、Active Directory）の URL。ldaps://ホスト か ldap://ホスト。"`
		StartTLS             bool   `name:"starttls" help:"ldap:// の接続を StartTLS で暗号化します。"`
		CAFile               string `name:"ca-file" placeholder:"FILE" help:"ディレクトリの証明書を確かめる認証局の証明書（PEM）。既定は OS のもの。"`
		BindDN               string `name:"bind-dn" placeholder:"DN" help:"ディレクトリを検索する、ポータルのための利用者。"`
		BindPasswordFile     string `placeholder:"FILE" help:"その利用者のパスワードのファイル。"`
		BaseDN               string `name:"base-dn" placeholder:"DN" help:"職員を探す場所。"`
		Filter               string `placeholder:"FILTER" help:"職員を探す条件。入力された利用者名が入る所に %s を一つ書きます。"`
		Match                string `default:"staff-number" placeholder:"email|staff-number" help:"職員を見分ける項目。staff-number（既定）か email。"`
		EmailAttribute       string `placeholder:"NAME" help:"メールアドレスの属性（既定：mail）。"`
		StaffNumberAttribute string `placeholder:"NAME" help:"職員番号の属性（既定：employeeNumber）。"`
	} `embed:"" prefix:"ldap-"`
	LocalPasswords string `default:"all" placeholder:"all|break-glass" help:"このポータルのパスワードを使える人。all（既定）か、break-glass（非常用のアカウントのポータル管理者だけ）。"`
}

// wrong is a setting that is wrong, in one sentence that names its flag.
func wrong(flag string, err error) error {
	message := err.Error()
	if e, ok := errors.AsType[*fault.Error](err); ok {
		message = e.Message
	}
	return fault.New(fault.Invalid, fmt.Sprintf("--%s が正しくありません。%s", flag, message))
}

// check says of the first setting that is wrong which it is.
func (s *singleSignOn) check() error {
	switch {
	case s.OIDC.Match != string(account.KeyEmail) && s.OIDC.Match != string(account.KeyStaffNumber):
		return wrong("oidc-match", errors.New("email か staff-number を指定してください。"))
	case s.LDAP.Match != string(account.KeyEmail) && s.LDAP.Match != string(account.KeyStaffNumber):
		return wrong("ldap-match", errors.New("email か staff-number を指定してください。"))
	case s.OIDC.Issuer == "" && (s.OIDC.ClientID != "" || s.OIDC.ClientSecretFile != ""):
		return wrong("oidc-issuer", errors.New("認証サーバーの URL を指定してください。"))
	case s.LDAP.URL == "" && (s.LDAP.BindDN != "" || s.LDAP.BaseDN != "" || s.LDAP.Filter != "" || s.LDAP.BindPasswordFile != ""):
		return wrong("ldap-url", errors.New("ディレクトリの URL を指定してください。"))
	case s.OIDC.Issuer != "" && strings.TrimSpace(s.OIDC.Name) == "":
		return wrong("oidc-name", errors.New("サインインの画面に出す呼び名を指定してください。"))
	case s.LocalPasswords != "all" && s.LocalPasswords != "break-glass":
		return wrong("local-passwords", errors.New("all か break-glass を指定してください。"))
	case s.LocalPasswords == "break-glass" && s.OIDC.Issuer == "" && s.LDAP.URL == "":
		return wrong("local-passwords", errors.New("break-glass は、--oidc-issuer か --ldap-url を指定したときだけに使えます。"))
	}
	return nil
}

// choose makes the provider, which is nil for none, and the ways to sign in. It
// asks nothing of the network: the portal starts while they are down.
func (s *singleSignOn) choose(public *url.URL) (*openid.Provider, account.Ways, error) {
	if err := s.check(); err != nil {
		return nil, account.Ways{}, err
	}
	ways := account.Ways{BreakGlassOnly: s.LocalPasswords == "break-glass"}
	var (
		provider *openid.Provider
		err      error
	)
	if s.OIDC.Issuer != "" {
		ways.ProviderKey = account.Key(s.OIDC.Match)
		if provider, err = s.provider(public); err != nil {
			return nil, account.Ways{}, err
		}
	}
	if s.LDAP.URL != "" {
		ways.DirectoryKey = account.Key(s.LDAP.Match)
		if ways.Directory, err = s.directory(); err != nil {
			return nil, account.Ways{}, err
		}
	}
	return provider, ways, nil
}

func (s *singleSignOn) provider(public *url.URL) (*openid.Provider, error) {
	config := openid.Config{
		Issuer: s.OIDC.Issuer, ClientID: s.OIDC.ClientID, RedirectURL: public.JoinPath(address.OpenIDReturn).String(),
		Claim: openid.Claim(s.OIDC.Match), StaffNumberClaim: s.OIDC.StaffNumberClaim, Now: time.Now,
	}
	if s.OIDC.ClientSecretFile != "" {
		var err error
		if config.ClientSecret, err = readSecret(s.OIDC.ClientSecretFile); err != nil {
			return nil, wrong("oidc-client-secret-file", err)
		}
	}
	provider, err := openid.New(config)
	if err != nil {
		return nil, wrong(flagOf(err, "oidc-issuer", map[string]string{"client_id": "oidc-client-id", "redirect_url": "public-url"}), err)
	}
	return provider, nil
}

func (s *singleSignOn) directory() (*directory.Directory, error) {
	config := directory.Config{
		URL: s.LDAP.URL, StartTLS: s.LDAP.StartTLS, CACertFile: s.LDAP.CAFile, BindDN: s.LDAP.BindDN, BaseDN: s.LDAP.BaseDN, Filter: s.LDAP.Filter,
		EmailAttribute: s.LDAP.EmailAttribute, StaffNumberAttribute: s.LDAP.StaffNumberAttribute,
	}
	var err error
	if config.BindPassword, err = readSecret(s.LDAP.BindPasswordFile); err != nil {
		return nil, wrong("ldap-bind-password-file", err)
	}
	d, err := directory.New(config)
	if err != nil {
		return nil, wrong(flagOf(err, "ldap-url", map[string]string{
			"starttls": "ldap-starttls", "bind_dn": "ldap-bind-dn", "base_dn": "ldap-base-dn", "filter": "ldap-filter", "ca_file": "ldap-ca-file",
		}), err)
	}
	return d, nil
}

// flagOf is the flag of the setting that a failure is about, or else another.
func flagOf(err error, other string, flags map[string]string) string {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || len(e.Problems) == 0 {
		return other
	}
	if flag, ok := flags[e.Problems[0].Field]; ok {
		return flag
	}
	return other
}

// readSecret reads a file that holds a secret, and perhaps the end of a line.
func readSecret(path string) (string, error) {
	if path == "" {
		return "", errors.New("秘密の値だけを書いたファイルを指定してください。")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", errors.New("ファイルを読めません。場所と権限を確かめてください。")
	}
	secret := strings.TrimRight(string(raw), "\r\n")
	if secret == "" {
		return "", errors.New("ファイルが空です。秘密の値だけを書いてください。")
	}
	return secret, nil
}
