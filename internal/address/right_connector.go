package address

import "strconv"

// The pages of how rights reach the town's systems, without parameters.
const (
	RightConnectors   = Rights + "/connectors"
	NewRightConnector = RightConnectors + "/new"
	RightOrders       = Rights + "/orders"
	RightDrift        = Rights + "/drift"
	RightTargets      = Rights + "/targets"
)

// NewConnectorOf is where a connector of a kind is set up: ldap, scim, webhook.
func NewConnectorOf(kind string) string { return With(NewRightConnector, "kind", kind) }

// Connector is a connector, by its code.
func Connector(code string) string { return under(RightConnectors, code) }

// ConnectorAct is where something is done with it: settings, systems, check, try, compare,
// on, off, again.
func ConnectorAct(code, act string) string { return under(Connector(code), act) }

// ConnectorTargets are what a connector has carried out or not: waiting, failed, done.
func ConnectorTargets(code, state string) string {
	return With(With(RightTargets, "connector", code), "state", state)
}

// FailedRights are what a connector could not carry out.
func FailedRights(code string) string { return ConnectorTargets(code, "failed") }

// ConnectorDrift is where what a connector leads to differs from the ledger.
func ConnectorDrift(code string) string { return With(RightDrift, "connector", code) }

// TargetByHand is where somebody says of what has failed that it was done by hand.
func TargetByHand(id int64) string { return under(RightTargets, strconv.FormatInt(id, 10), "hand") }

// OrderDone is where a work order is completed.
func OrderDone(id int64) string { return under(RightOrders, strconv.FormatInt(id, 10), "done") }

// DriftApply is where what differs is made as the ledger says.
func DriftApply(id int64) string { return under(RightDrift, strconv.FormatInt(id, 10), "apply") }
