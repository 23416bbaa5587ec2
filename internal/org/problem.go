package org

import (
	"errors"

	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// messages are what the database's own rules mean to whoever broke them, each
// with the form's field.
var messages = map[string]fault.Problem{
	"section_code_unique":             {Field: "code", Message: "この課室コードは、すでに使われています。別のコードにしてください。"},
	"section_code_shape":              {Field: "code", Message: "課室コードは、20字までの半角の英数字とハイフンで入力してください。"},
	"section_name_given":              {Field: "name", Message: "課室の名前を入力してください。"},
	"section_kind_check":              {Field: "kind", Message: "課室の区分を選んでください。"},
	"section_days_in_order":           {Field: "abolished_on", Message: "廃止の日は、設置の日より後の日にしてください。"},
	"section_not_its_own_parent":      {Field: "parent", Message: "課室を自分自身の下には置けません。別の上位の課室を選んでください。"},
	"section_inside_itself":           {Field: "parent", Message: "この課室の下にある課室を、上位の課室には選べません。別の課室を選んでください。"},
	"person_staff_number_unique":      {Field: "staff_number", Message: "この職員番号は、すでに登録されています。職員番号を確かめてください。"},
	"person_staff_number_folded":      {Field: "staff_number", Message: "この職員番号は、すでに登録されています。職員番号を確かめてください。"},
	"person_staff_number_shape":       {Field: "staff_number", Message: "職員番号は、20字までの半角の英数字とハイフンで入力してください。"},
	"person_email_unique":             {Field: "email", Message: "このメールアドレスは、すでに登録されています。ほかの人のものでないか確かめてください。"},
	"person_name_given":               {Field: "name", Message: "氏名を入力してください。"},
	"person_kind_check":               {Field: "kind", Message: "職員の区分を選んでください。"},
	"post_title_unique":               {Field: "title", Message: "この課室には、同じ名前の職がすでにあります。"},
	"post_title_given":                {Field: "title", Message: "職の名前を入力してください。"},
	"appointment_once":                {Field: "first", Message: "この人は、その期間にすでに同じ職に就いています。期間を確かめてください。"},
	"appointment_single_holder":       {Field: "first", Message: "その期間には、この職にすでに別の人が就いています。「前任の発令を前日で終わらせる」を選ぶか、先に前任の発令の最後の日を入力してください。"},
	"appointment_period_not_empty":    {Field: "last", Message: "最後の日は、最初の日かそれより後の日にしてください。"},
	"appointment_post_id_fkey":        {Field: "post", Message: "職を選んでください。"},
	"role_rule_title_given":           {Field: "title", Message: "職の名前を入力してください。"},
	"role_rule_role_check":            {Field: "role", Message: "役割を選んでください。"},
	"role_rule_once":                  {Field: "role", Message: "同じ職と役割の行が、その期間にすでにあります。"},
	"role_rule_period_not_empty":      {Field: "last", Message: "最後の日は、最初の日かそれより後の日にしてください。"},
	"role_grant_role_check":           {Field: "role", Message: "役割を選んでください。"},
	"role_grant_once":                 {Field: "role", Message: "この人には、その期間にすでに同じ役割が与えられています。"},
	"role_grant_period_not_empty":     {Field: "last", Message: "最後の日は、最初の日かそれより後の日にしてください。"},
	"role_grant_reason_given":         {Field: "reason", Message: "役割を直接与える理由を入力してください。"},
	"role_grant_section_where_needed": {Field: "section", Message: "情報セキュリティ管理者・情報システム管理者・情報システム担当者には、課室を選んでください。ほかの役割では、課室を選ばないでください。"},
}

// Message is what a rule of the database means to whoever broke it, by its name.
func Message(rule string) string { return messages[rule].Message }

// explain turns a broken rule of the database into what the person can do.
func explain(err error) error {
	if p, ok := messages[postgres.Constraint(err)]; ok {
		return &fault.Error{Kind: fault.Conflict, Message: p.Message, Problems: []fault.Problem{p}, Err: err}
	}
	return err
}

// errReversed refuses a last day before the first.
func errReversed() error { return invalid("last", messages["appointment_period_not_empty"].Message) }

// invalid is one problem with one field.
func invalid(field, message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: field, Message: message}})
}

// joined makes one failure with all the problems of several.
func joined(errs ...error) error {
	var problems []fault.Problem
	for _, err := range errs {
		if e, ok := errors.AsType[*fault.Error](err); ok {
			problems = append(problems, e.Problems...)
		}
	}
	return fault.InvalidFields(problems)
}

// errOutdated is what the second of two writers is told.
func errOutdated() error {
	return fault.New(fault.Conflict, "この画面を開いた後に、ほかの人が変更しました。下に、あなたの入力といまの登録の違いがあります。確かめてから、もう一度保存してください。")
}
