#include "stores/memory/session_index.hpp"

#include <iterator>

#include "core/sessions/message_page.hpp"

namespace callboard::memory {

void session_index::apply(std::span<const session_change> sessions,
                          std::span<const session_message> messages) {
  for (const auto& change : sessions)
    if (change.record)
      conversations_[change.id].record = change.record;
  for (const auto& one : messages)
    if (const auto found = conversations_.find(one.session_id); found != conversations_.end())
      add(found->second, one);
  for (const auto& change : sessions) {
    if (!change.record)
      conversations_.erase(change.id);
    else
      drop_oldest(conversations_[change.id], change.messages_dropped);
  }
}

void session_index::add(conversation& to, const session_message& one) {
  const auto held = to.by_turn.insert_or_assign({one.turn, one.is_agent}, one).first;
  to.by_creation[one.created_at] = &held->second;
}

void session_index::drop_oldest(conversation& of, std::size_t count) {
  for (; count > 0 && !of.by_creation.empty(); --count) {
    const auto oldest = of.by_creation.begin();
    const auto* const one = oldest->second;
    of.by_creation.erase(oldest);
    of.by_turn.erase({one->turn, one->is_agent});
  }
}

std::vector<session_ptr> session_index::all() const {
  std::vector<session_ptr> made;
  made.reserve(conversations_.size());
  for (const auto& [id, held] : conversations_)
    made.push_back(held.record);
  return made;
}

session_message_page session_index::messages(const session_message_query& query) const {
  core::message_page page{query};
  const auto found = conversations_.find(query.session_id);
  if (found == conversations_.end())
    return std::move(page).done();
  const auto& order = found->second.by_creation;
  const auto first = query.after ? order.upper_bound(*query.after) : order.begin();
  const auto last = query.before ? order.lower_bound(*query.before) : order.end();
  if (query.after && query.before && *query.before <= *query.after)
    return std::move(page).done();
  if (core::is_oldest_first(query)) {
    for (auto place = first; place != last && page.take(*place->second);)
      ++place;
  } else {
    for (auto place = last; place != first && page.take(*std::prev(place)->second);)
      --place;
  }
  return std::move(page).done();
}

std::vector<history_entry> session_index::history(const history_query& query) const {
  core::history_window window{query};
  const auto found = conversations_.find(query.session_id);
  if (found == conversations_.end())
    return std::move(window).done();
  const auto& turns = found->second.by_turn;
  auto place = turns.lower_bound({query.before, false});
  while (place != turns.begin()) {
    --place;
    if (!window.take(place->second.is_agent, place->second.content))
      break;
  }
  return std::move(window).done();
}

} // namespace callboard::memory
