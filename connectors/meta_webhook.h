#pragma once

#include "connectors/registry.h"

namespace vigie {

/// Types `facebook_webhook` and `instagram_webhook`: what Meta's Graph API pushes about a page or
/// an account: comments, posts on the page's feed, reviews, and where others mention it.
///
///   - secret_file | credential: the app's secret, which signs every push
///   - verify_token_file | verify_token_credential: what was typed into the app's dashboard beside
///     the address /hooks/<id>
///   - token_file | token_credential: an access token of the page or account. Of mentions elsewhere
///     only ids are pushed; by the token their words are asked for. `instagram_webhook` needs it;
///     without it `facebook_webhook` passes such mentions over
///   - api: https://graph.facebook.com, version: v21.0, timeout_s: 1..60 (10)
///   - allow_private: true | false (false): `api` may be on this machine
///
/// A GET whose hub.verify_token fits is answered with its hub.challenge, else 403. A POST must be
/// signed (X-Hub-Signature-256: HMAC-SHA256 by the app's secret over the bytes as they came), else
/// 401 and nothing of it is taken. It is answered 200 once everything of it is durably stored. Meta
/// repeats what was not answered so, for 36 hours: 429 the engine is busy, 503 the words of a
/// mention could not be asked for (in the status: why). A mention that is no more, or not for us,
/// is passed over.
///
/// Ids are those that the polled sources `facebook` and `instagram_tags` use: what both tell is
/// stored once. Edits and removals of a page's comments and posts are taken; what the page itself
/// hides stays. Instagram tells of neither. Reactions, likes and views are no mentions.
void add_meta_webhooks(ConnectorTypes& types);
void add_meta_webhooks(MappingFactories& formats);

}  // namespace vigie
