# The house rules over a saved plan, for OPA or Conftest:
#   conftest test plan.json --policy policy.rego
#   opa eval --fail-defined --data policy.rego --input plan.json 'data.main.deny[_]'
package main

import rego.v1

# A document of another kind must not pass because nothing was found in it.
deny contains "this is not a plan that the policy knows" if {
	not known
}

known if {
	startswith(input.format_version, "1.")
	input.guestlist.version == 1
	is_array(input.resource_changes)
}

deny contains message if {
	some resource in input.resource_changes
	"delete" in resource.change.actions
	time.weekday(time.parse_rfc3339_ns(input.timestamp)) == "Friday"
	message := sprintf("%s: no removal on a Friday", [resource.address])
}

deny contains message if {
	some resource in input.resource_changes
	"update" in resource.change.actions
	resource.change.after.status == "accepted"
	resource.change.after.cloud_role == "admin"
	not has_reason(resource.address)
	message := sprintf("%s: no admin of a cloud without a reason", [resource.address])
}

has_reason(address) if {
	some action in input.guestlist.actions
	action.address == address
	is_string(action.rule.reason)
	trim_space(action.rule.reason) != ""
}
