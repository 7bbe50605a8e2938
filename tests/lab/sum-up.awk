# Sums up what the tests of one run printed: lines "NAME: TAP". Repeats what
# failed and what was skipped, adds a failure for each test that did not keep to
# its plan or did not end, and prints the last line of the lab.
{
	colon = index($0, ": ")
	if (colon == 0)
		next
	name = substr($0, 1, colon - 1)
	line = substr($0, colon + 2)
}
line ~ /^ok [0-9]+.*# SKIP/ { skipped++; ran[name]++; repeat("ok", 3); next }
line ~ /^ok [0-9]+/ { passed++; ran[name]++; next }
line ~ /^not ok [0-9]+/ { failed++; ran[name]++; repeat("not ok", 7); next }
line ~ /^1\.\.[0-9]+/ { plan[name] = substr(line, 4) + 0; planned[name] = 1; next }
line ~ /^# end [0-9]+/ { split(line, f, " "); ended[name] = 1; status[name] = f[3] }

function repeat(verdict, at) {
	print verdict " " name substr(line, at)
}

function complain(name, what) {
	print "not ok " name " " what
	failed++
}

END {
	n = split(tests, list, " ")
	for (i = 1; i <= n; i++) {
		name = list[i]
		if (!(name in ended))
			complain(name, "did not end")
		else if (status[name] == 124 || status[name] == 137)
			complain(name, "was killed by its deadline")
		else if (status[name] != 0)
			complain(name, "ended with status " status[name])
		else if (!(name in planned))
			complain(name, "printed no plan")
		else if (plan[name] != ran[name] + 0)
			complain(name, "planned " plan[name] " checks, made " ran[name] + 0)
	}
	printf "lab: %d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed > 0
}
