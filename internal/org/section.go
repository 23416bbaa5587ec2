package org

import (
	"context"
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// SectionKind is which part of the administration a section belongs to, 4(1).
type SectionKind string

// The kinds of 4(1).
const (
	Internal   SectionKind = "internal"   // 内部部局
	Commission SectionKind = "commission" // 行政委員会
	Assembly   SectionKind = "assembly"   // 議会事務局
	Education  SectionKind = "education"  // 教育機関
)

// Title is the kind's name as 4(1) writes it.
func (k SectionKind) Title() string {
	switch k {
	case Internal:
		return "内部部局"
	case Commission:
		return "行政委員会"
	case Assembly:
		return "議会事務局"
	case Education:
		return "教育機関"
	}
	return ""
}

// Section is a 課室.
type Section struct {
	ID       int64
	Code     string // short, for files and addresses
	Name     string
	Kind     SectionKind
	Position int // its place in lists
}

// AddSection adds a section and returns its id. Conflict if the code is taken.
func (s *Service) AddSection(ctx context.Context, actor authz.Actor, section Section) (int64, error) {
	var id int64
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		err := tx.QueryRow(ctx, `
			INSERT INTO section (code, name, kind, position) VALUES ($1, $2, $3, $4) RETURNING id`,
			section.Code, section.Name, section.Kind, section.Position).Scan(&id)
		if err != nil {
			return door.Unchanged(), explain(err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "section", ID: id},
			Fields:  []string{"code", "name", "kind", "position"},
		}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("adding section %s: %w", section.Code, err)
	}
	return id, nil
}

// messages are what the database's own rules mean to whoever broke them.
var messages = map[string]string{
	"section_code_unique":          "この課室コードは、すでに使われています。別のコードにしてください。",
	"section_code_shape":           "課室コードは、20字までの半角の英数字とハイフンで入力してください。",
	"section_name_given":           "課室の名前を入力してください。",
	"person_staff_number_unique":   "この職員番号は、すでに登録されています。職員番号を確かめてください。",
	"person_staff_number_folded":   "この職員番号は、すでに登録されています。職員番号を確かめてください。",
	"person_staff_number_shape":    "職員番号は、20字までの半角の英数字とハイフンで入力してください。",
	"person_email_unique":          "このメールアドレスは、すでに登録されています。ほかの人のものでないか確かめてください。",
	"person_name_given":            "氏名を入力してください。",
	"post_title_unique":            "この課室には、同じ名前の職がすでにあります。",
	"appointment_once":             "この人は、その期間にすでに同じ職に就いています。期間を確かめてください。",
	"appointment_single_holder":    "その期間には、この職にすでに別の人が就いています。先にその発令を終わらせてください。",
	"appointment_period_not_empty": "発令の終わりの日は、始まりの日より後にしてください。",
}

// explain turns a broken rule of the database into what the person can do.
func explain(err error) error {
	if message, ok := messages[postgres.Constraint(err)]; ok {
		return fault.Wrap(err, fault.Conflict, message)
	}
	return err
}
