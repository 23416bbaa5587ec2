package setting

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// NewSwitch is a setting that is はい or いいえ.
func NewSwitch(name, title, help string, standard bool) Of[bool] {
	return Of[bool]{
		Setting{
			Name: name, Title: title, Help: help, Default: keepSwitch(standard),
			Choices: []string{showSwitch(true), showSwitch(false)}, Fold: foldSwitch, Show: func(kept string) string { return showSwitch(readSwitch(kept)) },
		},
		readSwitch,
	}
}

func foldSwitch(typed string) (kept, problem string) {
	switch strings.TrimSpace(norm.NFKC.String(typed)) {
	case showSwitch(true):
		return keepSwitch(true), ""
	case showSwitch(false):
		return keepSwitch(false), ""
	}
	return "", "「はい」か「いいえ」を選んでください。"
}

func keepSwitch(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

func readSwitch(kept string) bool { return kept == keepSwitch(true) }

func showSwitch(on bool) string {
	if on {
		return "はい"
	}
	return "いいえ"
}
