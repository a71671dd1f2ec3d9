/*
 * work.c - the one job at a time on the thread pool: stretching a passphrase.
 *
 * The thread touches nothing but the job. Read next: vault.h on jobs.
 */
#include "daemon/io/shell.h"

#include "proto/base/panic.h"

static void on_work(uv_work_t *work)
{
	struct shell *shell = work->data;

	vault_job_run(shell->job);
}

static void on_worked(uv_work_t *work, int status)
{
	struct shell *shell = work->data;
	struct vault_job *job = shell->job;

	(void)status;
	shell->job = NULL;
	shell->is_working = false;
	node_job_done(shell->node, job);
	shell_wake(shell);
}

void work_run(struct shell *shell, struct vault_job *job)
{
	kept_assert(!shell->is_working);
	shell->job = job;
	shell->is_working = true;
	shell->work.data = shell;
	if (uv_queue_work(&shell->loop, &shell->work, on_work, on_worked) !=
	    0) {
		/* Only a missing callback makes it fail. */
		kept_unreachable("uv_queue_work");
	}
}
