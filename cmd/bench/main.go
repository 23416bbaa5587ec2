// Command bench measures the speeds that the portal promises, each as a ratio
// taken within one run, the two sides in turn. It prints one line a figure,
//
//	NAME RATIO (LIMIT LIMIT-VALUE)
//
// and ends with exit 1 if one falls short. A figure with a limit in seconds,
// bytes or megabytes is printed as its part of that limit.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"

	"kagami/cmd/bench/cases"
	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/process"
	"kagami/cmd/bench/text"
)

func main() {
	binary := flag.String("binary", "bin/kagami", "the portal's binary, for start and memory")
	only := flag.String("only", "", "measure this figure alone")
	flag.Parse()
	short, err := run(context.Background(), *binary, *only)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	case short:
		os.Exit(1)
	}
}

func run(ctx context.Context, binary, only string) (short bool, err error) {
	for _, measure := range []struct {
		names []string
		fn    func(context.Context, string) ([]figure.Figure, error)
	}{
		{[]string{"reader"}, text.Reader},
		{[]string{"comparison"}, text.Comparison},
		{[]string{"start-empty", "start-used", "memory", "first-page"}, process.Measure},
		{[]string{"reading", "reading-unread", "acknowledge"}, measurePortal},
		{[]string{"organization"}, measureOrganization},
		{[]string{"assets-grown", "assets-of-section", "assets-of-section-growth", "assets-of-town", "assets-of-town-growth", "assets-export"}, measureAssets},
		{[]string{"assets-page", "asset-register"}, measureAssetsBeside},
		{[]string{"assets-import", "assets-import-memory"}, measureAssetImport},
		{[]string{"stocktaking-open", "stocktaking-section", "stocktaking-tap"}, measureStocktaking},
		{[]string{"exceptions"}, measureExceptions},
		{[]string{"rights-comparison"}, measureRightsComparison},
		{[]string{"rights-start"}, measureRightsStart},
		{[]string{"rights-ledger", "rights-ledger-ms", "rights-person", "rights-settle"}, measureRights},
		{[]string{"cases"}, cases.List},
		{[]string{"suspension", "suspension-ms"}, cases.Suspension},
		{[]string{"publish", "morning"}, measureCampaign},
		{[]string{"people-import", "people-import-memory", "import-preview", "import-beside"}, measurePeople},
		{[]string{"search"}, measureSearch},
		{[]string{"video"}, measureVideo},
	} {
		if only != "" && !slices.Contains(measure.names, only) {
			continue
		}
		figures, err := measure.fn(ctx, binary)
		if err != nil {
			return false, fmt.Errorf("measuring %v: %w", measure.names, err)
		}
		for _, f := range figures {
			f.Print()
			short = short || !f.Holds()
		}
	}
	return short, nil
}
