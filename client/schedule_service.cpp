#include <callboard/schedule_service.hpp>

#include <memory>
#include <utility>

namespace callboard {

namespace {

/// Calls with a callback that fills a future.
template <class T, class Call>
std::future<result<T>> as_future(Call call) {
  auto promise = std::make_shared<std::promise<result<T>>>();
  auto made = promise->get_future();
  call([promise](result<T> value) { promise->set_value(std::move(value)); });
  return made;
}

} // namespace

std::future<result<scheduled_job_ptr>> schedule_service::create(std::string organisation,
                                                                schedule_definition wanted) {
  return as_future<scheduled_job_ptr>(
    [&](auto done) { create(std::move(organisation), std::move(wanted), std::move(done)); });
}

std::future<result<std::vector<scheduled_job_ptr>>> schedule_service::list(schedule_query query) {
  return as_future<std::vector<scheduled_job_ptr>>(
    [&](auto done) { list(std::move(query), std::move(done)); });
}

std::future<result<scheduled_job_ptr>> schedule_service::get(schedule_ref ref) {
  return as_future<scheduled_job_ptr>([&](auto done) { get(std::move(ref), std::move(done)); });
}

std::future<result<scheduled_job_ptr>> schedule_service::update(schedule_ref ref,
                                                                schedule_edit edit) {
  return as_future<scheduled_job_ptr>(
    [&](auto done) { update(std::move(ref), std::move(edit), std::move(done)); });
}

std::future<result<scheduled_job_ptr>> schedule_service::set_enabled(schedule_ref ref,
                                                                     bool is_enabled) {
  return as_future<scheduled_job_ptr>(
    [&](auto done) { set_enabled(std::move(ref), is_enabled, std::move(done)); });
}

std::future<result<scheduled_job_ptr>> schedule_service::remove(schedule_ref ref) {
  return as_future<scheduled_job_ptr>([&](auto done) { remove(std::move(ref), std::move(done)); });
}

std::future<result<job_ptr>> schedule_service::run_now(schedule_ref ref) {
  return as_future<job_ptr>([&](auto done) { run_now(std::move(ref), std::move(done)); });
}

std::future<result<std::vector<job_ptr>>> schedule_service::runs(schedule_ref ref,
                                                                 run_query query) {
  return as_future<std::vector<job_ptr>>(
    [&](auto done) { runs(std::move(ref), std::move(query), std::move(done)); });
}

std::future<result<job_ptr>> schedule_service::get_run(schedule_ref ref, uuid run) {
  return as_future<job_ptr>([&](auto done) { get_run(std::move(ref), run, std::move(done)); });
}

std::future<result<job_ptr>> schedule_service::cancel_run(schedule_ref ref, uuid run,
                                                          std::string reason) {
  return as_future<job_ptr>(
    [&](auto done) { cancel_run(std::move(ref), run, std::move(reason), std::move(done)); });
}

std::future<result<std::vector<system_time>>> schedule_service::next_times(
  schedule_ref ref, std::optional<system_time> after, std::size_t count) {
  return as_future<std::vector<system_time>>(
    [&](auto done) { next_times(std::move(ref), after, count, std::move(done)); });
}

} // namespace callboard
