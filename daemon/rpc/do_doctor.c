/*
 * do_doctor.c - looks everything over and says what it found, part by part.
 *
 * Changes nothing. Read next: experience.md's rule for its lines: what, and
 * what to do.
 */
#include "daemon/rpc/call.h"

#define LIMIT_FINDINGS_BYTES 8192u

struct doctor {
	struct reply_list list;
	bool is_ok;
};

struct finding {
	const char *part;
	const char *text;
	const char *hint; /* NULL: nothing to do */
};

static void finding_put(struct doctor *doctor, const struct finding *finding)
{
	struct reply_map map;

	reply_map_begin(&map, reply_item(&doctor->list));
	mp_put_cstr(reply_key(&map, "part"), finding->part);
	mp_put_cstr(reply_key(&map, "finding"), finding->text);
	mp_put_bool(reply_key(&map, "ok"), finding->hint == NULL);
	mp_put_cstr(reply_key(&map, "hint"),
		    finding->hint == NULL ? "" : finding->hint);
	reply_map_end(&map);
	doctor->is_ok = doctor->is_ok && finding->hint == NULL;
}

static int look_at_store(struct doctor *doctor, struct rpc_host *host,
			 struct err *err)
{
	struct buf findings;
	struct finding finding = { KEPT_SAID("database"), KEPT_SAID("whole"),
				   NULL };
	int status;

	buf_init(&findings, LIMIT_FINDINGS_BYTES);
	status = store_check(host->store, &findings, err);
	if (status == 0 && findings.len > 0) {
		finding.text =
			KEPT_SAID("Something in it can't be read as written.");
		finding.hint =
			KEPT_SAID("Restore from a backup, or pair anew with a "
				  "device that has everything.");
	}
	if (status == 0)
		finding_put(doctor, &finding);
	buf_release(&findings);
	return status;
}

static void look_at_entries(struct doctor *doctor, struct rpc_host *host)
{
	struct finding finding = { KEPT_SAID("entries"),
				   KEPT_SAID("all readable"), NULL };
	char text[120];
	struct journal_counts counts;

	if (!host_is_unlocked(host)) {
		finding.text = KEPT_SAID("locked: not looked at");
		finding_put(doctor, &finding);
		return;
	}
	counts = journal_counts(host->vault);
	if (counts.unreadable > 0) {
		snprintf(
			text, sizeof text,
			KEPT_SAID("%llu pieces can't be read on this machine."),
			(unsigned long long)counts.unreadable);
		finding.text = text;
		finding.hint =
			KEPT_SAID("`kept sync --wait` fetches whole copies.");
	}
	finding_put(doctor, &finding);
	if (counts.waiting == 0)
		return;
	snprintf(text, sizeof text,
		 KEPT_SAID("%llu pieces wait for their key."),
		 (unsigned long long)counts.waiting);
	finding = (struct finding){ KEPT_SAID("keys"), text,
				    KEPT_SAID("`kept sync` brings it.") };
	finding_put(doctor, &finding);
}

static void look_at_passphrase(struct doctor *doctor, struct rpc_host *host)
{
	struct finding finding = { KEPT_SAID("passphrase"),
				   KEPT_SAID("slow to guess"), NULL };

	if (vault_is_quick_to_guess(host->vault)) {
		finding.text =
			KEPT_SAID("Its slot was made in a hurry, as tests do: "
				  "quick to guess for who has the files.");
		finding.hint =
			KEPT_SAID("kept export here, kept init in a new home, "
				  "and kept import there.");
	}
	finding_put(doctor, &finding);
}

static void look_at_logs(struct doctor *doctor, struct rpc_host *host)
{
	struct finding finding = { KEPT_SAID("history"), KEPT_SAID("in order"),
				   NULL };

	if (engine_wants_logs(host->engine) != 0) {
		finding.text = KEPT_SAID(
			"This copy may be older than what was written.");
		finding.hint = KEPT_SAID(
			"`kept unlock` opens new logs; nothing is lost.");
	}
	finding_put(doctor, &finding);
}

static void look_at_listener(struct doctor *doctor, struct rpc_host *host)
{
	struct finding finding = { KEPT_SAID("listen"), KEPT_SAID("as set"),
				   NULL };
	const char *wanted = config_text(host->config, CONFIG_listen);

	if (config_is_address(wanted) && host->listening[0] == '\0') {
		finding.text =
			KEPT_SAID("Other devices can't reach this one: that "
				  "address can't be listened on.");
		finding.hint = "kept config set listen HOST:PORT";
	}
	finding_put(doctor, &finding);
}

int do_doctor(struct call *call, const struct rpc_doctor *params,
	      struct err *err)
{
	struct rpc_host *host = call->host;
	struct doctor doctor = { .is_ok = true };
	struct finding none = { KEPT_SAID("journal"), KEPT_SAID("none yet"),
				NULL };
	struct reply_map map;
	int status = 0;

	(void)params;
	reply_map_begin(&map, call->result);
	reply_list_begin(&doctor.list, reply_key(&map, "lines"));
	if (host->has_journal) {
		status = look_at_store(&doctor, host, err);
		look_at_entries(&doctor, host);
		look_at_passphrase(&doctor, host);
		look_at_logs(&doctor, host);
		look_at_listener(&doctor, host);
	} else {
		finding_put(&doctor, &none);
	}
	reply_list_end(&doctor.list);
	mp_put_bool(reply_key(&map, "ok"), doctor.is_ok);
	reply_map_end(&map);
	return status;
}
