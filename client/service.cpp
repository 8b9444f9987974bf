#include <callboard/service.hpp>

#include <memory>
#include <utility>

namespace callboard {

namespace {

/// Calls with a callback that fills a future.
template <class T, class Call>
std::future<T> as_future(Call call) {
  auto promise = std::make_shared<std::promise<T>>();
  auto made = promise->get_future();
  call([promise](T value) { promise->set_value(std::move(value)); });
  return made;
}

} // namespace

std::future<result<job_ptr>> service::submit(new_job job) {
  return as_future<result<job_ptr>>(
    [&](auto done) { submit(std::move(job), std::chrono::milliseconds{0}, std::move(done)); });
}

std::future<result<job_ptr>> service::get(job_ref ref) {
  return as_future<result<job_ptr>>([&](auto done) { get(std::move(ref), std::move(done)); });
}

std::future<result<job_ptr>> service::wait(job_ref ref, std::chrono::milliseconds timeout) {
  return as_future<result<job_ptr>>(
    [&](auto done) { wait(std::move(ref), timeout, std::move(done)); });
}

std::future<result<job_ptr>> service::cancel(job_ref ref, std::string reason) {
  return as_future<result<job_ptr>>(
    [&](auto done) { cancel(std::move(ref), std::move(reason), std::move(done)); });
}

std::future<result<job_page>> service::list(job_query query) {
  return as_future<result<job_page>>([&](auto done) { list(std::move(query), std::move(done)); });
}

std::future<engine_health> service::health() {
  return as_future<engine_health>([&](auto done) { health(std::move(done)); });
}

} // namespace callboard
