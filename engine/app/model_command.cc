#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/labelled_texts.h"
#include "engine/app/library.h"
#include "engine/classify/evaluation.h"
#include "engine/classify/trainer.h"
#include "engine/core/private_file.h"
#include "engine/core/settings.h"
#include "engine/match/rule_reader.h"
#include "engine/pipeline/analyser.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

/// A new model may be so much worse (macro-F1, 0..1) on a task of the guard set: less is chance.
constexpr double kGuardTolerance = 0.01;

/// What a model is trained from: a YAML file.
struct Recipe {
  struct Source {
    std::string path, every;
    TrainingSource source;
    std::size_t at_most_rows = 0;  ///< 0: all
  };
  TrainingOptions options;
  std::vector<Source> sources;
  std::vector<std::string> unlabelled;  ///< a text a line
  std::vector<std::string> guard;
};

std::optional<double> share(const Settings& settings, std::string_view key, double most,
                            double fallback, std::vector<Problem>& problems) {
  const Settings* const value = settings.find(key);
  if (value == nullptr) {
    return fallback;
  }
  const std::string& text = value->scalar();
  const char* const end = text.data() + text.size();
  double number = 0;
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || !(number >= 0 && number <= most)) {
    value->complain("'" + std::string(key) + "' is a number from 0 to " +
                        std::to_string(static_cast<int>(most)),
                    problems);
    return std::nullopt;
  }
  return number;
}

/// Numbers by task, from 0 to `most`; what is not said stays.
void read_by_task(const Settings& recipe, std::string_view key, std::initializer_list<Task> tasks,
                  double most, double (&values)[kTasks], std::vector<Problem>& problems) {
  const Settings* const numbers = recipe.find(key);
  if (numbers == nullptr) {
    return;
  }
  std::vector<std::string_view> names;
  for (const Task task : tasks) {
    names.push_back(to_string(task));
    double& of_task = values[static_cast<std::size_t>(task)];
    of_task = share(*numbers, to_string(task), most, of_task, problems).value_or(of_task);
  }
  numbers->allow_only(names, problems);
}

/// In how many texts a word has to stand to teach, by task.
void read_least_texts(const Settings& recipe, std::uint32_t (&values)[kTasks],
                      std::vector<Problem>& problems) {
  constexpr std::int64_t kMost = 1000;
  const Settings* const numbers = recipe.find("least_texts");
  if (numbers == nullptr) {
    return;
  }
  std::vector<std::string_view> names;
  for (const Task task : {Task::kTone, Task::kUrgency, Task::kAbuse}) {
    names.push_back(to_string(task));
    values[static_cast<std::size_t>(task)] =
        static_cast<std::uint32_t>(numbers->integer(to_string(task), 1, kMost, problems, 1));
  }
  numbers->allow_only(names, problems);
}

/// Gives `values` of the tasks that a list names `value`.
void read_tasks(const Settings& recipe, std::string_view key, std::initializer_list<Task> tasks,
                bool value, bool (&values)[kTasks], std::vector<Problem>& problems) {
  for (const std::string& name : recipe.texts(key, problems)) {
    std::string names;
    bool known = false;
    for (const Task task : tasks) {
      names.append(names.empty() ? " " : ", ").append(to_string(task));
      if (name == to_string(task)) {
        known = true;
        values[static_cast<std::size_t>(task)] = value;
      }
    }
    if (!known) {
      recipe.find(key)->complain("'" + std::string(key) + "' lists" + names, problems);
    }
  }
}

/// Where a recipe's file lies: beside the recipe, else in the data folder.
std::string find_file(const Settings& recipe, const std::string& name, const std::string& data) {
  std::string beside = recipe.resolve(name);
  return data.empty() || fs::exists(beside) ? beside : (fs::path(data) / name).string();
}

std::optional<Recipe> read_recipe(const std::string& path, const std::string& data,
                                  std::vector<Problem>& problems) {
  const std::optional<Settings> settings = Settings::read_file(path, problems);
  if (!settings) {
    return std::nullopt;
  }
  Recipe recipe;
  settings->allow_only({"language", "pull", "odds", "least_texts", "even", "by_kind", "unscaled",
                        "sources", "unlabelled", "guard"},
                       problems);
  recipe.options.language = settings->text("language", problems);
  if (recipe.options.language != "fr" && recipe.options.language != "en") {
    settings->complain("'language' is fr or en", problems);
  }
  read_by_task(*settings, "pull", {Task::kTone, Task::kUrgency, Task::kAbuse}, 10'000,
               recipe.options.pull, problems);
  read_by_task(*settings, "odds", {Task::kUrgency, Task::kAbuse}, 1, recipe.options.odds, problems);
  read_by_task(*settings, "even", {Task::kTone, Task::kUrgency, Task::kAbuse}, 1,
               recipe.options.even, problems);
  read_least_texts(*settings, recipe.options.least_texts, problems);
  read_tasks(*settings, "unscaled", {Task::kTone, Task::kUrgency, Task::kAbuse}, false,
             recipe.options.scaled, problems);
  read_tasks(*settings, "by_kind", {Task::kUrgency, Task::kAbuse}, true, recipe.options.by_kind,
             problems);
  if (const Settings* sources = settings->find("sources")) {
    for (const Settings& item : sources->items()) {
      item.allow_only({"file", "every", "weight", "rules", "at_most", "rows", "folds"}, problems);
      Recipe::Source source;
      const std::string file = item.text("file", problems);
      source.path = find_file(*settings, file, data);
      source.every = item.text("every", problems, "");
      source.source.name = file;
      source.source.weight = share(item, "weight", 100, 1, problems).value_or(1);
      source.source.at_most = share(item, "at_most", 1, 1, problems).value_or(1);
      const std::string rules = item.text("rules", problems, "seen");
      if (rules != "seen" && rules != "hidden") {
        item.complain("'rules' is seen or hidden", problems);
      }
      source.source.rules_hidden = rules == "hidden";
      const std::string folds = item.text("folds", problems, "pairs");
      if (folds != "pairs" && folds != "runs") {
        item.complain("'folds' is pairs or runs", problems);
      }
      source.source.runs = folds == "runs";
      source.at_most_rows =
          static_cast<std::size_t>(item.integer("rows", 1, 10'000'000, problems, 10'000'000));
      recipe.sources.push_back(std::move(source));
    }
  }
  for (const std::string& file : settings->texts("unlabelled", problems)) {
    recipe.unlabelled.push_back(find_file(*settings, file, data));
  }
  for (const std::string& file : settings->texts("guard", problems)) {
    recipe.guard.push_back(find_file(*settings, file, data));
  }
  if (recipe.sources.empty()) {
    settings->complain("'sources' lists the files to learn from", problems);
  }
  return problems.empty() ? std::optional(std::move(recipe)) : std::nullopt;
}

Mention mention_of(const std::string& text, const std::string& language) {
  Mention mention;
  mention.text = text;
  mention.language = language;
  return mention;
}

bool is_pack_tests(const std::string& path) { return path.ends_with(".test.yaml"); }

/// The tests beside a pack that say whether there is an alert: what the pack's author means. Where
/// several people say it, their number decides, and the words teach nothing.
LabelledTexts read_alert_tests(const std::string& path, std::vector<Problem>& problems) {
  LabelledTexts texts;
  texts.task = Task::kUrgency;
  for (const RuleTest& test : read_tests(path, problems)) {
    if (test.alert && test.said_by == 1) {
      texts.rows.push_back({*test.alert ? 1U : 0U, test.text});
    }
  }
  return texts;
}

struct LabelledFile {
  std::string path;
  LabelledTexts texts;
};

/// Texts of labelled files, judged.
class Examiner {
 public:
  explicit Examiner(std::shared_ptr<const Knowledge> knowledge) : analyser_(std::move(knowledge)) {}

  std::vector<Judged> judge(const LabelledTexts& texts, const std::string& language) {
    std::vector<Judged> rows;
    for (const LabelledText& row : texts.rows) {
      const Mention mention = mention_of(row.text, language);
      analyser_.match(mention);
      const Verdict& verdict = analyser_.classify(mention);
      rows.push_back({row.label, class_of(texts.task, verdict), verdict.tone_confidence / 1000.0});
    }
    return rows;
  }

 private:
  Analyser analyser_;
};

void print_evaluation(const LabelledFile& file, const std::vector<Judged>& rows) {
  const Task task = file.texts.task;
  const auto& labels = labels_of(task);
  const auto classes = static_cast<std::uint32_t>(labels.size());
  const Confusion confusion = confusion_of(rows, classes);
  const Interval interval = macro_f1_interval(rows, classes);
  std::printf("%s: %s, %zu rows, macro-F1 %.1f (95 %%: %.1f to %.1f)", file.path.c_str(),
              std::string(to_string(task)).c_str(), rows.size(), 100 * confusion.macro_f1(),
              100 * interval.low, 100 * interval.high);
  if (task == Task::kTone) {
    std::printf(", calibration error %.1f", 100 * calibration_error(rows));
  }
  std::printf("\n  %-12s %9s %9s %9s   called", "", "precision", "recall", "F1");
  for (const std::string_view label : labels) {
    std::printf(" %10.*s", static_cast<int>(label.size()), label.data());
  }
  std::printf("\n");
  for (std::uint32_t label = 0; label < classes; ++label) {
    std::printf("  %-12.*s %9.1f %9.1f %9.1f         ", static_cast<int>(labels[label].size()),
                labels[label].data(), 100 * confusion.precision(label),
                100 * confusion.recall(label), 100 * confusion.f1(label));
    for (std::uint32_t called = 0; called < classes; ++called) {
      std::printf(" %10llu", static_cast<unsigned long long>(confusion.count(label, called)));
    }
    std::printf("\n");
  }
}

/// What five-fold cross-validation says of every source.
void print_held_out(const std::vector<HeldOut>& held_out) {
  for (const HeldOut& one : held_out) {
    const Confusion& confusion = one.confusion;
    const std::string task(to_string(one.task));
    if (one.task != Task::kTone && confusion.rows(1) == 0) {
      std::fprintf(stderr, "held out: %-8s %6.2f %% called so, %s\n", task.c_str(),
                   100 * confusion.share(0, 1), one.source.c_str());
    } else {
      std::fprintf(stderr, "held out: %-8s macro-F1 %4.1f, %s\n", task.c_str(),
                   100 * confusion.macro_f1(), one.source.c_str());
    }
  }
}

std::shared_ptr<const Knowledge> with_model(const Knowledge& knowledge, const Model& model) {
  Knowledge changed = knowledge;
  Models models = *knowledge.models;
  changed.models = std::make_shared<const Models>(
      model.language == "fr" ? Models(model, models.english()) : Models(models.french(), model));
  return std::make_shared<const Knowledge>(std::move(changed));
}

/// True if `fresh` is not worse than `old` on what neither has learned from.
bool passes_guard(const std::vector<LabelledFile>& guard, const std::string& language,
                  std::shared_ptr<const Knowledge> old, std::shared_ptr<const Knowledge> fresh) {
  Examiner before(std::move(old)), after(std::move(fresh));
  bool passes = true;
  for (const LabelledFile& file : guard) {
    const auto classes = static_cast<std::uint32_t>(labels_of(file.texts.task).size());
    const double was = confusion_of(before.judge(file.texts, language), classes).macro_f1();
    const double is = confusion_of(after.judge(file.texts, language), classes).macro_f1();
    const bool worse = is < was - kGuardTolerance;
    std::fprintf(stderr, "guard %s: macro-F1 %.1f, in force %.1f%s\n", file.path.c_str(), 100 * is,
                 100 * was, worse ? ": worse" : "");
    passes = passes && !worse;
  }
  return passes;
}

std::vector<LabelledFile> read_files(const std::vector<std::string>& paths,
                                     std::vector<Problem>& problems) {
  std::vector<LabelledFile> files;
  for (const std::string& path : paths) {
    files.push_back({path, read_labelled_texts(path, "", problems)});
  }
  return files;
}

/// Texts already learned from, by task: collections overlap, and a text held out must be unknown.
using KnownTexts = std::set<std::pair<Task, std::string>>;

/// Texts whose words' company is known already.
using KnownCompany = std::set<std::string>;

void learn_company(const std::string& path, const std::string& language, KnownCompany& known,
                   Analyser& analyser, Trainer& trainer, std::vector<Problem>& problems) {
  std::size_t texts = 0;
  for (const LabelledText& row : read_labelled_texts(path, "neutral", problems).rows) {
    if (known.insert(row.text).second) {
      ++texts;
      analyser.match(mention_of(row.text, language));
      trainer.add_text(analyser.folded());
    }
  }
  std::fprintf(stderr, "%7zu unlabelled texts of %s\n", texts, path.c_str());
}

void learn(const Recipe::Source& source, const LabelledTexts& texts, const std::string& language,
           KnownTexts& known, KnownCompany& known_company, Analyser& analyser, Trainer& trainer) {
  const std::uint32_t number = trainer.add_source(source.source);
  std::size_t rows = 0;
  for (std::size_t place = 0; place < texts.rows.size() && rows < source.at_most_rows; ++place) {
    const LabelledText& row = texts.rows[place];
    if (!known.emplace(texts.task, row.text).second) {
      continue;
    }
    ++rows;
    const Mention mention = mention_of(row.text, language);
    analyser.match(mention);
    analyser.classify(mention);
    trainer.add(number, texts.task, row.label, place, analyser.folded(), analyser.raw_sums());
    if (known_company.insert(row.text).second) {
      trainer.add_text(analyser.folded());
    }
  }
  std::fprintf(stderr, "%7zu %s rows of %s\n", rows, std::string(to_string(texts.task)).c_str(),
               source.path.c_str());
}

}  // namespace

int model_train(const ModelTrainOptions& options) {
  std::vector<Problem> problems;
  std::optional<Recipe> recipe = read_recipe(options.recipe, options.data, problems);
  const auto knowledge =
      recipe ? read_knowledge(rules_or_default(options.rules),
                              {everybody(rules_or_default(options.rules))}, problems)
             : nullptr;
  if (!recipe || !knowledge) {
    return usage(problems);
  }
  // First: of texts that are known already, people have the last word.
  std::vector<Recipe::Source> corrections;
  for (const std::string& path : options.corrections) {
    corrections.push_back({path, "", {path}, ~std::size_t{0}});
  }
  recipe->sources.insert(recipe->sources.begin(), corrections.begin(), corrections.end());
  const std::string& language = recipe->options.language;
  const std::vector<LabelledFile> guard = read_files(recipe->guard, problems);
  Trainer trainer(recipe->options);
  Analyser analyser(knowledge);
  KnownTexts known;  // what is learned from must not judge
  KnownCompany known_company;
  for (const LabelledFile& file : guard) {
    for (const LabelledText& row : file.texts.rows) {
      known.emplace(file.texts.task, row.text);
      known_company.insert(row.text);
    }
  }
  if (guard.empty()) {
    std::fprintf(stderr, "no guard set: nothing says whether the new model is worse\n");
  }
  for (const Recipe::Source& source : recipe->sources) {
    const LabelledTexts texts = is_pack_tests(source.path)
                                    ? read_alert_tests(source.path, problems)
                                    : read_labelled_texts(source.path, source.every, problems);
    if (problems.empty()) {
      learn(source, texts, language, known, known_company, analyser, trainer);
    }
  }
  for (const std::string& path : recipe->unlabelled) {
    learn_company(path, language, known_company, analyser, trainer, problems);
  }
  if (!problems.empty()) {
    return usage(problems);
  }
  std::vector<HeldOut> held_out;
  const Result<Model> trained = trainer.train(held_out);
  if (!trained) {
    return usage(trained.error().text);
  }
  const std::string bytes = encode_model(*trained);
  print_held_out(held_out);
  const Result<Model> model = decode_model(bytes, options.out);
  if (!model) {
    return failed(model.error());
  }
  if (!passes_guard(guard, language, knowledge, with_model(*knowledge, *model)) && !options.force) {
    std::fprintf(stderr,
                 "vigie: the new model is worse on the guard set: %s stays as it is (--force "
                 "writes it all the same)\n",
                 options.out.c_str());
    return kInputHadProblems;
  }
  if (const Result<void> written = write_private_file(options.out, bytes); !written) {
    return failed(written.error());
  }
  // No secret: the service may run as another user than who trained it.
  fs::permissions(options.out, fs::perms::group_read | fs::perms::others_read,
                  fs::perm_options::add);
  std::fprintf(stderr, "%s: %s, %zu bytes, hash %s\n", options.out.c_str(),
               model->trained_on.c_str(), bytes.size(), model->hash.c_str());
  return kOk;
}

int model_eval(const ModelEvalOptions& options) {
  std::vector<Problem> problems;
  std::shared_ptr<const Knowledge> knowledge = read_knowledge(
      rules_or_default(options.rules), {everybody(rules_or_default(options.rules))}, problems);
  const std::vector<LabelledFile> files = read_files(options.files, problems);
  if (!problems.empty()) {
    return usage(problems);
  }
  if (!options.model.empty()) {
    const Result<Model> model = read_model(options.model);
    if (!model) {
      return usage(model.error().text);
    }
    if (model->language != options.language) {
      return usage(options.model + " is a model of '" + model->language + "', the texts are '" +
                   options.language + "' (--language)");
    }
    knowledge = with_model(*knowledge, *model);
  }
  Examiner examiner(knowledge);
  for (const LabelledFile& file : files) {
    print_evaluation(file, examiner.judge(file.texts, options.language));
  }
  return kOk;
}

}  // namespace vigie
