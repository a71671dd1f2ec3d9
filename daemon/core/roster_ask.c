/*
 * roster_ask.c - what others ask a roster: who, which log, which epoch.
 *
 * Must never change one, nor conclude more than it says; what it says is made
 * in roster.c.
 */
#include "daemon/core/roster.h"

const struct roster_member *roster_find(const struct roster *roster,
					const struct sign_public *device)
{
	size_t i;

	for (i = 0; i < roster->member_count; i++) {
		if (memcmp(roster->members[i].device.b, device->b, 32) == 0)
			return &roster->members[i];
	}
	return NULL;
}

const struct roster_member *roster_find_net(const struct roster *roster,
					    const struct net_public *net)
{
	const struct roster_member *found = NULL;
	size_t i;

	for (i = 0; i < roster->member_count; i++) {
		const struct roster_member *member = &roster->members[i];

		if (member->is_recovery ||
		    memcmp(member->net.b, net->b, 32) != 0)
			continue;
		if (found == NULL || member->standing == ROSTER_MEMBER)
			found = member;
	}
	return found;
}

const struct roster_log *roster_find_log(const struct roster *roster,
					 const struct id16 *lid)
{
	size_t i;

	for (i = 0; i < roster->log_count; i++) {
		if (id16_equal(&roster->logs[i].lid, lid))
			return &roster->logs[i];
	}
	return NULL;
}

const struct roster_epoch *roster_write_epoch(const struct roster *roster)
{
	size_t i;

	for (i = roster->epoch_count; i > 0; i--) {
		const struct roster_epoch *epoch = &roster->epochs[i - 1];

		if (!epoch->is_void && epoch->fits_roster)
			return epoch;
	}
	return NULL;
}

uint32_t roster_next_epoch(const struct roster *roster)
{
	return roster->next_n;
}

bool roster_is_member(const struct roster *roster,
		      const struct sign_public *device)
{
	const struct roster_member *member = roster_find(roster, device);

	return member != NULL && member->standing == ROSTER_MEMBER;
}

bool roster_serves(const struct roster *roster, const struct sign_public *me,
		   const struct sign_public *device)
{
	const struct roster_member *member = roster_find(roster, device);
	const struct roster_member *self = roster_find(roster, me);

	if (member == NULL || member->is_recovery)
		return false;
	if (member->standing == ROSTER_MEMBER)
		return true;
	if (member->standing != ROSTER_SUSPENDED || self == NULL)
		return false;
	return member->rival != self && self->rival != member;
}
