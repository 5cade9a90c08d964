#ifndef PIXELS_BINDING_JOB_H_
#define PIXELS_BINDING_JOB_H_

#include <napi.h>

#include <exception>
#include <functional>
#include <utility>
#include <vector>

namespace pixels {

/// Makes a job's result; runs on JavaScript's thread.
using Finish = std::function<Napi::Value(Napi::Env)>;

/// Arrays that must live as long as the job that reads them.
using Kept = std::vector<Napi::Reference<Napi::Uint8Array>>;

/// One call of a kernel on a thread of libuv's pool, and the promise of its result.
class Job : public Napi::AsyncWorker {
 public:
  static Napi::Value Start(Napi::Env env, Kept kept, std::function<Finish()> work) {
    // Deletes itself when it is done.
    auto* job = new Job(env, std::move(kept), std::move(work));
    const Napi::Promise promise = job->deferred_.Promise();
    job->Queue();
    return promise;
  }

 protected:
  void Execute() override {
    try {
      finish_ = work_();
    } catch (const std::exception& error) {
      SetError(error.what());
    }
  }

  void OnOK() override {
    try {
      deferred_.Resolve(finish_(Env()));
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    }
  }

  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Job(Napi::Env env, Kept kept, std::function<Finish()> work)
      : Napi::AsyncWorker(env, "mapgate:pixels"),
        deferred_(Napi::Promise::Deferred::New(env)),
        kept_(std::move(kept)),
        work_(std::move(work)) {}

  Napi::Promise::Deferred deferred_;
  Kept kept_;
  std::function<Finish()> work_;
  Finish finish_;
};

}  // namespace pixels

#endif  // PIXELS_BINDING_JOB_H_
