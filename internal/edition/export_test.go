package edition

// Numbers are those of the editions of a kind that were loaded.
func (v Values) Numbers(kind string) []int64 {
	var list []int64
	for _, e := range v.started[kind] {
		list = append(list, e.ID)
	}
	return list
}
