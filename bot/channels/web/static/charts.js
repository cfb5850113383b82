// Draws each chart from the table beside it: what is seen and what is read are the same numbers.

const style = getComputedStyle(document.body);
const ink = style.getPropertyValue("--soft").trim();
const line = style.getPropertyValue("--line").trim();
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
const HUES = dark
  ? ["#7fd0cb", "#e0b040", "#ffb3a6", "#9db8ff", "#c7a6f0", "#a8d08d", "#f0a6cf", "#b8c0c2"]
  : ["#0e5a60", "#b27600", "#9a2a1d", "#2f55b0", "#6b3fa0", "#3f7a22", "#a03f77", "#545f64"];
// Colour is never the only sign: each line has dashes of its own.
const DASHES = [[], [6, 3], [2, 3], [10, 4], [10, 3, 2, 3], [4, 4], [1, 2], [12, 2]];

function read(table) {
  const cells = (row) => [...row.cells].map((cell) => cell.textContent.trim());
  const [names] = [...table.tHead.rows].map(cells);
  const rows = [...table.tBodies[0].rows].map(cells);
  return { names: names.slice(1), labels: rows.map((row) => row[0]), rows };
}

for (const canvas of document.querySelectorAll("[data-chart]")) {
  const { names, labels, rows } = read(document.getElementById(canvas.dataset.table));
  const shape = canvas.dataset.chart;
  const datasets = names.map((label, place) => ({
    label,
    data: rows.map((row) => Number(row[place + 1])),
    borderColor: HUES[place % HUES.length],
    backgroundColor: HUES[place % HUES.length],
    borderDash: shape === "line" ? DASHES[place % DASHES.length] : [],
    borderWidth: 2,
    tension: 0.2,
  }));
  const axis = { ticks: { color: ink, precision: 0 }, grid: { color: line }, stacked: shape === "stacked" };
  new window.Chart(canvas, {
    type: shape === "line" ? "line" : "bar",
    data: { labels, datasets },
    options: {
      animation: false,
      maintainAspectRatio: false,
      scales: { x: axis, y: { ...axis, beginAtZero: true } },
      plugins: { legend: { display: names.length > 1, labels: { color: ink, boxWidth: 14 } } },
    },
  });
}
