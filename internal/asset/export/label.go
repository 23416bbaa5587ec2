package export

import (
	"context"
	"slices"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/setting"
)

// LabelWords is whether labels say 機密性 in words.
var LabelWords = setting.NewSwitch("asset.label_words", "情報資産：ラベルに機密性を言葉で印刷する",
	"「いいえ」のときは、段階の高さを ● の数で印刷し、外部の人に分からないようにします。「はい」にすると、「自治体機密性3B」のように印刷します。", false)

// MostLabels is how many labels are printed at once: ten sheets.
const MostLabels = 240

// Label is what is stuck onto an asset.
type Label struct {
	Code        string
	SectionName string
	Secrecy     string // its 機密性, as a sign or in words
	Handling    string // the limits on what may be done; empty for none
}

// Labels are labels as they are printed at once.
type Labels struct {
	Labels []Label
	More   bool // there are more assets than are printed at once
	Words  bool // 機密性 is said in words, not as a sign
}

// Labels are those of the first of the assets that List finds. Forbidden for who reads no
// register, Invalid for too many words.
func (s *Service) Labels(ctx context.Context, actor authz.Actor, q find.Search) (Labels, error) {
	list, more, err := s.finding.First(ctx, actor, q, MostLabels)
	if err != nil {
		return Labels{}, err
	}
	labels, err := s.label(ctx, actor, list)
	labels.More = more
	return labels, err
}

// Label is that of one asset. NotFound where the actor may not see it.
func (s *Service) Label(ctx context.Context, actor authz.Actor, code string) (Labels, error) {
	a, err := s.register.Find(ctx, actor, code)
	if err != nil {
		return Labels{}, err
	}
	return s.label(ctx, actor, []asset.Asset{a})
}

func (s *Service) label(ctx context.Context, actor authz.Actor, list []asset.Asset) (Labels, error) {
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return Labels{}, err
	}
	values, err := setting.LoadForPortal(ctx, s.pool)
	if err != nil {
		return Labels{}, err
	}
	labels := Labels{Words: LabelWords.On(values, s.today())}
	for _, a := range list {
		level, _ := scheme.Level(asset.Confidentiality, a.Confidentiality)
		l := Label{Code: a.Code, SectionName: a.SectionName, Secrecy: sign(scheme, level)}
		if labels.Words {
			l.Secrecy = level.Title
		}
		if level.Key == "" {
			l.Secrecy = "未定"
		}
		l.Handling = strings.Join(handlingTitles(a.Handling), "・")
		labels.Labels = append(labels.Labels, l)
	}
	return labels, nil
}

func handlingTitles(list []asset.Handling) []string {
	words := make([]string, len(list))
	for i, h := range list {
		words[i] = h.Title()
	}
	return words
}

// sign is a level of 機密性 for those who know how it is read: one ● for the lowest of the
// scheme, one more for each that is higher.
func sign(scheme asset.Scheme, level asset.Level) string {
	ranks := []int{level.Rank}
	for _, l := range scheme.Of(asset.Confidentiality) {
		if l.Rank < level.Rank {
			ranks = append(ranks, l.Rank)
		}
	}
	slices.Sort(ranks)
	return strings.Repeat("●", len(slices.Compact(ranks)))
}
