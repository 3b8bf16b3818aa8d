-- A ward by the day; groups of fewer than five patients are left out.
SELECT
  ward,
  date_trunc('day', time) AS day,
  count(DISTINCT patient) AS patients,
  avg(heart_rate) AS mean_heart_rate,
  avg(spo2) AS mean_spo2
FROM vitals
WHERE ward IS NOT NULL
GROUP BY ALL
HAVING count(DISTINCT patient) >= 5
