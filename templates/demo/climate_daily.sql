-- One row per device and UTC day.
SELECT
  device,
  date_trunc('day', time) AS day,
  count(*) AS readings,
  min(temperature) AS coldest,
  avg(temperature) AS mean,
  max(temperature) AS warmest,
  count(*) FILTER (WHERE door) AS readings_door_open
FROM climate
GROUP BY ALL
