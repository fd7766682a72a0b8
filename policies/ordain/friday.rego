# METADATA
# title: No deploys on frozen days
# description: >-
#  Judged in the time zone of the environment. While planning it warns that applying would be refused today; when
#  applying it refuses. A plan made on Thursday is therefore still refused on Friday.
package ordain.friday

import data.ordain.plan
import rego.v1

warn contains {"msg": msg} if {
	input.v1.stage != "apply"
	plan.changes_something
	today in plan.settings.frozen_days
	msg := sprintf("it is %s in %s: applying this plan today will be refused", [today, plan.settings.time_zone])
}

deny contains {"msg": msg} if {
	input.v1.stage == "apply"
	plan.changes_something
	today in plan.settings.frozen_days
	msg := sprintf("nothing is applied on %ss (time zone %s); apply it on another day", [today, plan.settings.time_zone])
}

today := time.weekday([time.now_ns(), plan.settings.time_zone])
