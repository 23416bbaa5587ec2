package sheet_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kagami/internal/sheet"
)

var table = sheet.Table{
	Columns: []string{"課室", "氏名"},
	Rows:    [][]string{{"税務町民課", "見本, \"太郎\""}, {"総務課", "=1+1"}, {"総務課", "@SUM(A1)"}},
}

func TestCSVOpensInExcelAndRunsNothing(t *testing.T) {
	file, err := table.File("一覧", sheet.CSV)
	if err != nil {
		t.Fatal(err)
	}
	body, marked := strings.CutPrefix(string(file.Body), "\ufeff")
	if !marked {
		t.Error("Excel would not know it as UTF-8")
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%v, %v", rows, err)
	}
	if rows[1][1] != `見本, "太郎"` || rows[2][1] != "'=1+1" || rows[3][1] != "'@SUM(A1)" {
		t.Errorf("got %q", rows)
	}
	if file.Name != "一覧.csv" {
		t.Errorf("named %s", file.Name)
	}
}

func TestXLSXHoldsTextsAndRunsNothing(t *testing.T) {
	file, err := table.File("一覧", sheet.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(file.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was read only
	rows, err := f.GetRows("Sheet1")
	if err != nil || len(rows) != 4 || rows[0][0] != "課室" || rows[2][1] != "=1+1" {
		t.Errorf("%q, %v", rows, err)
	}
	if formula, err := f.GetCellFormula("Sheet1", "B3"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q, %v", formula, err)
	}
}
