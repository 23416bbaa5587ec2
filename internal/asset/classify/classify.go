package classify

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/calendar"
	"kagami/internal/edition"
)

// Answer is what somebody says to a question.
type Answer string

// The answers. Those by days are for how many days the work goes on without the asset.
const (
	Yes       Answer = "yes"
	No        Answer = "no"
	SameDay   Answer = "0" // not even that day
	OneDay    Answer = "1"
	ThreeDays Answer = "3"
	Week      Answer = "7" // or longer
)

// Answers are what somebody says to the questions, by their keys. What is not answered is
// not there.
type Answers map[string]Answer

var (
	yesOrNo = []asset.Choice[Answer]{{Value: Yes, Title: "はい"}, {Value: No, Title: "いいえ"}}
	byDays  = []asset.Choice[Answer]{
		{Value: SameDay, Title: "当日も無理"}, {Value: OneDay, Title: "1日"}, {Value: ThreeDays, Title: "3日"}, {Value: Week, Title: "1週間以上"},
	}
)

// Choices are the answers that the question may have.
func (q Question) Choices() []asset.Choice[Answer] {
	if q.ByDays {
		return byDays
	}
	return yesOrNo
}

// answered is what the question is answered, with its words; false where it is not, or
// where it is no answer to this question.
func (q Question) answered(answers Answers) (answer asset.Choice[Answer], ok bool) {
	choices := q.Choices()
	i := slices.IndexFunc(choices, func(c asset.Choice[Answer]) bool { return c.Value == answers[q.Key] })
	if i < 0 {
		return asset.Choice[Answer]{}, false
	}
	return choices[i], true
}

// says tells whether an answer counts as はい.
func (q Question) says(answer Answer) bool {
	if !q.ByDays {
		return answer == Yes
	}
	days, err := strconv.Atoi(string(answer))
	return err == nil && days <= q.Days
}

// Outcome is what the answers come to in one aspect.
type Outcome struct {
	Aspect   asset.Aspect
	Level    string     // the key of the level; empty where the answers don't settle it
	By       Question   // the one that decides, where there is a level
	Reason   string     // why, or what is to be done first
	Sentence string     // what the guideline means by the level
	Open     []Question // those that must be answered first
}

// Classify finds of each aspect the level to which answers come. The questions stand in the
// order of QuestionsOn.
func Classify(questions []Question, scheme asset.Scheme, answers Answers) [len(asset.Aspects)]Outcome {
	var outcomes [len(asset.Aspects)]Outcome
	for i, aspect := range asset.Aspects {
		of := slices.DeleteFunc(slices.Clone(questions), func(q Question) bool { return q.Aspect != aspect })
		outcomes[i] = weigh(aspect, of, scheme, answers)
	}
	return outcomes
}

// weigh lets the first はい decide. One before it that is not answered might decide
// otherwise: nothing is guessed.
func weigh(aspect asset.Aspect, questions []Question, scheme asset.Scheme, answers Answers) Outcome {
	var open []Question
	var last *Question // the one that says what いいえ to all comes to
	for i, q := range questions {
		answer, ok := q.answered(answers)
		switch {
		case !ok:
			open = append(open, q)
		case q.says(answer.Value):
			if len(open) > 0 {
				return undecided(aspect, open)
			}
			return decided(q, q.Yes, answer, scheme)
		}
		if q.No != "" {
			last = &questions[i]
		}
	}
	switch {
	case len(open) > 0:
		return undecided(aspect, open)
	case last == nil:
		return Outcome{Aspect: aspect, Reason: aspect.Title() + "は、問いでは決まりません。段階を選び、理由を書いてください。"}
	}
	answer, _ := last.answered(answers)
	return decided(*last, last.No, answer, scheme)
}

func undecided(aspect asset.Aspect, open []Question) Outcome {
	titles := make([]string, len(open))
	for i, q := range open {
		titles[i] = q.Title()
	}
	return Outcome{Aspect: aspect, Open: open, Reason: fmt.Sprintf("%sは、まだ決まりません。%sに答えてください。", aspect.Title(), strings.Join(titles, "、"))}
}

func decided(by Question, key string, answer asset.Choice[Answer], scheme asset.Scheme) Outcome {
	level, there := scheme.Level(by.Aspect, key)
	if !there {
		return Outcome{Aspect: by.Aspect, Reason: fmt.Sprintf(
			"%sの答えは「%s」の段階になりますが、いまの分類にその段階がありません。段階を選び、理由を書いてください。", by.Title(), key)}
	}
	o := Outcome{Aspect: by.Aspect, Level: key, By: by, Sentence: level.Meaning}
	if key == by.Yes {
		o.Sentence = by.Sentence
	}
	o.Reason = fmt.Sprintf("「%s」が「%s」のため、%sです。", by.Text, answer.Title, level.Title)
	return o
}

// Judge makes what tells the levels that stored answers come to on a day, of each aspect
// that they settle (asset.Ties).
func Judge(values edition.Values, day calendar.Date, scheme asset.Scheme) func(answers string) map[asset.Aspect]string {
	questions := QuestionsOn(values, day, scheme)
	return func(answers string) map[asset.Aspect]string {
		levels := map[asset.Aspect]string{}
		for _, o := range Classify(questions, scheme, ReadAnswers(answers)) {
			levels[o.Aspect] = o.Level
		}
		return levels
	}
}

// String are the answers as they are stored: question=answer, in the order of their keys.
func (a Answers) String() string {
	var list []string
	for _, key := range slices.Sorted(maps.Keys(a)) {
		list = append(list, key+"="+string(a[key]))
	}
	return strings.Join(list, " ")
}

// ReadAnswers reads stored answers.
func ReadAnswers(stored string) Answers {
	answers := Answers{}
	for one := range strings.FieldsSeq(stored) {
		if key, answer, ok := strings.Cut(one, "="); ok {
			answers[key] = Answer(answer)
		}
	}
	return answers
}

// Words are answers as people read them: 「機密性 問1：いいえ」.
func Words(questions []Question, answers Answers) []string {
	var list []string
	for _, q := range questions {
		if answer, ok := q.answered(answers); ok {
			list = append(list, q.Title()+"："+answer.Title)
		}
	}
	return list
}

// Known are the answers among texts that somebody has typed, by the keys of questions.
func Known(typed map[string]string) Answers {
	answers := Answers{}
	for key, text := range typed {
		switch answer := Answer(text); answer {
		case Yes, No, SameDay, OneDay, ThreeDays, Week:
			answers[key] = answer
		}
	}
	return answers
}
