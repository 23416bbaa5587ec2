package personnel

import (
	"fmt"
	"strings"

	"kagami/internal/org"
)

const newNeedsFurigana = "新しい職員です。フリガナを入力してください。"

// planFields plans a person's name and the like.
func (p *planner) planFields(person int, rows []Row) {
	now := &p.people[person]
	said := org.Person{}
	for _, row := range rows {
		for _, f := range []struct {
			c         column
			said, row *string
		}{
			{nameColumn, &said.Name, &row.Name}, {furiganaColumn, &said.Furigana, &row.Furigana},
			{emailColumn, &said.Email, &row.Email}, {kindColumn, (*string)(&said.Kind), (*string)(&row.Kind)},
		} {
			switch {
			case *f.said == "":
				*f.said = *f.row
			case *f.row != "" && foldKey(*f.row) != foldKey(*f.said):
				p.wrong(row.Line, f.c, fmt.Sprintf("同じ職員番号の%d行目と違います。職員番号が正しいか確かめ、同じ人なら同じ内容にしてください。", rows[0].Line))
			}
		}
	}
	if now.ID == 0 {
		if said.Furigana == "" {
			p.wrong(rows[0].Line, furiganaColumn, newNeedsFurigana)
		}
		number := now.StaffNumber
		*now = said
		now.StaffNumber = number
		*now = now.Folded()
		p.plan.changes.NewPeople = append(p.plan.changes.NewPeople, person)
		return
	}
	var changes []string
	change := func(c column, was *string, is, shownWas, shownIs string) {
		if is == "" || foldKey(is) == foldKey(*was) {
			return
		}
		if shownWas == "" {
			shownWas = "なし"
		}
		changes = append(changes, fmt.Sprintf("%s：%s → %s", c.title(), shownWas, shownIs))
		*was = is
		if c == emailColumn {
			p.plan.changes.Emails = append(p.plan.changes.Emails, person)
		}
	}
	name := now.Name
	change(nameColumn, &now.Name, said.Name, now.Name, said.Name)
	change(furiganaColumn, &now.Furigana, said.Furigana, now.Furigana, said.Furigana)
	change(emailColumn, &now.Email, said.Email, now.Email, said.Email)
	change(kindColumn, (*string)(&now.Kind), string(said.Kind), now.Kind.Title(), said.Kind.Title())
	if changes != nil {
		p.plan.changes.ChangedPeople = append(p.plan.changes.ChangedPeople, person)
		p.plan.Changed = append(p.plan.Changed, Line{Line: rows[0].Line, StaffNumber: now.StaffNumber, Name: name, Change: strings.Join(changes, "、")})
	}
}
